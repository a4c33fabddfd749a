// operators/window_slices.h - which slice a row is in, and which windows a slice is in. Rule: pure arithmetic on window
// time (window_time.h).
#pragma once
#include "operators/spec.h"
#include "operators/window_time.h"

namespace tidemill {

// TUMBLE, HOP and CUMULATE windows over slices of equal width: each row is added once, to its slice, and a window is
// the slices that end in (start, end] (Carbone et al.: Cutty, CIKM 2016; Flink: SliceAssigners). A slice or window is
// named by its end.
class WindowSlices {
 public:
  // Requires: not SESSION; size a positive multiple of slide where slide is used.
  WindowSlices(const WindowDefinition& window, const WindowTime& time);

  // Returns the end of the slice that holds `time` (window time).
  EpochMillis slice_end(EpochMillis time) const;
  // Returns the last window that holds the slice. The first one ends where the slice ends; each next one a step later.
  EpochMillis last_window_end(EpochMillis slice_end) const;
  // Returns the first window holding the slice that is not complete at `watermark`, or, where all are, a time after
  // last_window_end().
  EpochMillis first_open_end(EpochMillis slice_end, EpochMillis watermark) const;
  EpochMillis window_start(EpochMillis window_end) const;
  // Returns how many windows of one slice end from `first_end` to `last_end`, both included; 0 where the latter is
  // earlier.
  int64_t count(EpochMillis first_end, EpochMillis last_end) const {
    return last_end < first_end ? 0 : (last_end - first_end) / step_ + 1;
  }

  const WindowTime& time() const { return time_; }
  DurationMillis step() const { return step_; }
  WindowKind kind() const { return kind_; }

 private:
  WindowKind kind_;
  DurationMillis size_;
  DurationMillis step_;  // width of a slice, and from one window end to the next
  DurationMillis offset_;
  WindowTime time_;
};

}  // namespace tidemill
