#include "connectors/spi/decoding/record_buffer.h"

#include <algorithm>
#include <cstring>

namespace tidemill {

std::span<char> RecordBuffer::room(size_t bytes) {
  const size_t left = size();
  bytes = std::max(bytes, left);  // doubling: a record longer than many chunks is not copied for each of them
  const bool unshared = memory_.use_count() == 1;
  if (!unshared || memory_->size() < left + bytes) {
    auto larger = Buffer::allocate(left + bytes);
    if (left > 0) std::memcpy(larger->mutable_data(), data(), left);
    memory_ = std::move(larger);
  } else if (begin_ > 0 && left > 0) {
    std::memmove(memory_->mutable_data(), data(), left);
  }
  begin_ = 0;
  end_ = left;
  return {reinterpret_cast<char*>(memory_->mutable_data()) + end_, memory_->size() - end_};
}

}  // namespace tidemill
