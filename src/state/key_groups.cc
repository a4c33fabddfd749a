#include "state/key_groups.h"

#include <algorithm>
#include <bit>

#include "base/check.h"

namespace tidemill {

KeyGroupRange key_groups_of_subtask(int32_t max_parallelism, int32_t parallelism, int32_t subtask) {
  CHECK_MSG(parallelism >= 1 && parallelism <= max_parallelism && max_parallelism <= kMaxParallelismLimit,
            "parallelism {} of at most {}", parallelism, max_parallelism);
  CHECK_MSG(subtask >= 0 && subtask < parallelism, "subtask {} of {}", subtask, parallelism);
  return {(subtask * max_parallelism + parallelism - 1) / parallelism,
          ((subtask + 1) * max_parallelism - 1) / parallelism};
}

int32_t subtask_of_key_group(int32_t max_parallelism, int32_t parallelism, int32_t key_group) {
  return key_group * parallelism / max_parallelism;
}

int32_t default_max_parallelism(int32_t parallelism) {
  const auto with_room = static_cast<uint32_t>(parallelism + parallelism / 2);
  return std::clamp(static_cast<int32_t>(std::bit_ceil(with_room)), kMaxParallelismDefault, kMaxParallelismLimit);
}

}  // namespace tidemill
