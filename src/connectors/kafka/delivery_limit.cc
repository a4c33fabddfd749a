#include "connectors/kafka/delivery_limit.h"

#include <algorithm>

namespace tidemill {
namespace {

// Half of the limit should take this long, so that all of it takes a second or less.
constexpr int64_t kHalfLongestNs = 500'000'000;
constexpr int64_t kHalfShortestNs = 100'000'000;

}  // namespace

bool DeliveryLimit::allows(size_t undelivered_bytes, int64_t now_ns) {
  if (!reached_ns_) {
    if (undelivered_bytes < bytes_) return true;
    reached_ns_ = now_ns;
    return false;
  }
  if (undelivered_bytes > bytes_ / 2) return false;
  const int64_t took_ns = now_ns - *reached_ns_;
  reached_ns_.reset();
  if (took_ns > kHalfLongestNs) bytes_ = std::max(bytes_ / 2, kBytesMin);
  if (took_ns < kHalfShortestNs) bytes_ = std::min(bytes_ * 2, kBytesMax);
  return true;
}

}  // namespace tidemill
