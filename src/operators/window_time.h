// operators/window_time.h - the time line that windows lie on. Rule: where windows are zoned it is the wall clock of
// the session's zone, otherwise the times themselves; only this class goes back and forth.
#pragma once
#include "base/time.h"
#include "data/time_zone.h"
#include "operators/spec.h"

namespace tidemill {

class WindowTime {
 public:
  WindowTime(const WindowDefinition& window, const TimeZone& zone)
      : zoned_(window.zoned && !zone.is_utc()), zone_(zone) {}

  // Returns where an instant lies in window time. kMaxWatermark stays what it is.
  EpochMillis of(EpochMillis instant) const {
    return zoned_ && instant != kMaxWatermark ? zone_.to_local(instant) : instant;
  }
  // Returns the watermark (or clock) at which a window ending at `end` is complete: that of its last millisecond. One
  // that ends inside a skipped hour fires at the skip, one inside a repeated hour the second time.
  EpochMillis fires_at(EpochMillis end) const {
    return zoned_ ? zone_.to_instant(end - 1, LocalResolution::kWindowTimer) : end - 1;
  }
  // Returns the rowtime that results of the window carry: its last millisecond.
  EpochMillis rowtime_of(EpochMillis end) const {
    return zoned_ ? zone_.to_instant(end - 1, LocalResolution::kJava) : end - 1;
  }
  bool zoned() const { return zoned_; }

 private:
  bool zoned_;
  TimeZone zone_;
};

}  // namespace tidemill
