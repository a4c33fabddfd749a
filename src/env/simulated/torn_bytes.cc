#include "env/simulated/torn_bytes.h"

#include <algorithm>
#include <cstring>

namespace tidemill {
namespace {

constexpr size_t kSectorBytes = 512;  // what a disk writes as a whole

}  // namespace

std::string torn_bytes(const std::string& durable, const std::string& cached, Random& random) {
  const size_t shorter = std::min(durable.size(), cached.size()), longer = std::max(durable.size(), cached.size());
  std::string bytes = durable;
  bytes.resize(shorter + random.below(longer - shorter + 1));
  for (size_t begin = 0; begin < std::min(bytes.size(), cached.size()); begin += kSectorBytes) {
    const size_t count = std::min({kSectorBytes, bytes.size() - begin, cached.size() - begin});
    if (random.below(2) == 0) std::memcpy(bytes.data() + begin, cached.data() + begin, count);
  }
  return bytes;
}

}  // namespace tidemill
