// operators/window_slices.h - which slice a row is in, and which windows a slice is in. Rule: pure arithmetic on window
// time (wall-clock readings of the zone where windows are zoned, otherwise the times as they are); only fires_at() and
// window_time() go back to instants.
#pragma once
#include "base/time.h"
#include "data/time_zone.h"
#include "operators/spec.h"

namespace tidemill {

// TUMBLE, HOP and CUMULATE windows over slices of equal width: each row is added once, to its slice, and a window is
// the slices that end in (start, end] (Carbone et al.: Cutty, CIKM 2016; Flink: SliceAssigners). A slice or window is
// named by its end.
class WindowSlices {
 public:
  // Requires: not SESSION; size a positive multiple of slide where slide is used.
  WindowSlices(const WindowDefinition& window, const TimeZone& zone);

  // Returns where a row of this time lies in window time.
  EpochMillis window_time_of(EpochMillis time) const { return zoned_ ? zone_.to_local(time) : time; }
  // Returns the watermark (or clock) at which the window ending at `end` is complete: that of its last millisecond. A
  // window that ends inside a skipped hour fires at the skip, one inside a repeated hour the second time.
  EpochMillis fires_at(EpochMillis end) const;
  // Returns the rowtime that results of the window carry: its last millisecond.
  EpochMillis rowtime_of(EpochMillis end) const;

  // Returns the end of the slice that holds `time` (window time).
  EpochMillis slice_end(EpochMillis time) const;
  // Returns the last window that holds the slice. The first one ends where the slice ends; each next one a step later.
  EpochMillis last_window_end(EpochMillis slice_end) const;
  // Returns the first window holding the slice that is not complete at `watermark`, or, where all are, a time after
  // last_window_end().
  EpochMillis first_open_end(EpochMillis slice_end, EpochMillis watermark) const;
  EpochMillis window_start(EpochMillis window_end) const;

  DurationMillis step() const { return step_; }
  WindowKind kind() const { return kind_; }

 private:
  WindowKind kind_;
  DurationMillis size_;
  DurationMillis step_;  // width of a slice, and from one window end to the next
  DurationMillis offset_;
  bool zoned_;
  TimeZone zone_;
};

}  // namespace tidemill
