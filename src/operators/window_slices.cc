#include "operators/window_slices.h"

#include "base/check.h"

namespace tidemill {
namespace {

// The remainder with the sign of the divisor: 0 <= result < unit.
int64_t floor_remainder(int64_t value, int64_t unit) {
  const int64_t remainder = value % unit;
  return remainder < 0 ? remainder + unit : remainder;
}

}  // namespace

WindowSlices::WindowSlices(const WindowDefinition& window, const WindowTime& time)
    : kind_(window.kind),
      size_(window.size),
      step_(window.kind == WindowKind::kTumble ? window.size : window.slide),
      offset_(window.offset),
      time_(time) {
  CHECK(kind_ != WindowKind::kSession);
  CHECK_MSG(step_ > 0 && size_ > 0 && size_ % step_ == 0, "windows of {} ms every {} ms", size_, step_);
}

EpochMillis WindowSlices::slice_end(EpochMillis time) const {
  return time - floor_remainder(time - offset_, step_) + step_;
}

EpochMillis WindowSlices::window_start(EpochMillis window_end) const {
  if (kind_ != WindowKind::kCumulate) return window_end - size_;
  return window_end - 1 - floor_remainder(window_end - 1 - offset_, size_);
}

EpochMillis WindowSlices::last_window_end(EpochMillis slice_end) const {
  switch (kind_) {
    case WindowKind::kHop:
      return slice_end + size_ - step_;
    case WindowKind::kCumulate:
      return window_start(slice_end) + size_;
    default:
      return slice_end;
  }
}

EpochMillis WindowSlices::first_open_end(EpochMillis slice_end, EpochMillis watermark) const {
  if (time_.fires_at(slice_end) > watermark) return slice_end;
  // Binary search over the windows of the slice: fires_at() does not fall as ends rise.
  int64_t closed = 0;
  int64_t open = (last_window_end(slice_end) - slice_end) / step_ + 1;
  while (open - closed > 1) {
    const int64_t middle = closed + (open - closed) / 2;
    (time_.fires_at(slice_end + middle * step_) > watermark ? open : closed) = middle;
  }
  return slice_end + open * step_;
}

}  // namespace tidemill
