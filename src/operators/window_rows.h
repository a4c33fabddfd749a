// operators/window_rows.h - the times and watermarks of a batch's rows, as windows see them. Rule: a row is judged by
// the watermark it came with, or by the operator's where that is ahead (a split back from idleness).
#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "operators/operator.h"
#include "operators/spec.h"
#include "operators/window_time.h"

namespace tidemill {

// One batch at a time.
class WindowRows {
 public:
  WindowRows(const WindowDefinition& window, int32_t time_column, const WindowTime& time);

  // Reads the times of the batch, which must outlive this use. Throws UserError where an event time is NULL.
  void begin(const Batch& batch, const OperatorContext& context);

  // Returns the times of the rows, as window time.
  std::span<const EpochMillis> times() const { return times_; }
  // Returns what was complete when the row came: windows that fire at or before it are closed to the row.
  EpochMillis watermark(int32_t row) const;
  // Returns the greatest watermark of any row.
  EpochMillis greatest_watermark() const;

  // Notes that the row is too late. `fires_at` is when the last window that it could be in fires; `window_start` and
  // `window_end`: which one, in window time (kNoWatermark: not known, or there are no windows).
  void drop(int32_t row, EpochMillis fires_at, EpochMillis window_start = kNoWatermark,
            EpochMillis window_end = kNoWatermark);
  // Returns how many rows were noted since begin().
  int64_t dropped() const { return static_cast<int64_t>(closed_.size() + was_idle_.size()); }
  // Reports what was noted since begin(): "window_closed", or "was_idle" where only the operator's watermark is ahead.
  void report(OperatorContext& context);

 private:
  const bool processing_time_;
  const int32_t time_column_;
  const WindowTime time_;

  const Batch* batch_ = nullptr;
  EpochMillis operator_watermark_ = kNoWatermark;
  std::vector<EpochMillis> times_;
  std::vector<LateRow> closed_;
  std::vector<LateRow> was_idle_;
};

}  // namespace tidemill
