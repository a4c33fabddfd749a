#include "operators/window_rows.h"

#include "operators/event_times.h"

namespace tidemill {

WindowRows::WindowRows(const WindowDefinition& window, int32_t time_column, const WindowTime& time)
    : processing_time_(window.processing_time), time_column_(time_column), time_(time) {}

void WindowRows::begin(const Batch& batch, const OperatorContext& context) {
  batch_ = &batch;
  closed_.clear();
  was_idle_.clear();
  const auto num_rows = static_cast<size_t>(batch.num_rows());
  if (processing_time_) {
    operator_watermark_ = context.processing_time() - 1;  // a window that ends this millisecond still takes rows
    times_.assign(num_rows, time_.of(context.processing_time()));
    return;
  }
  operator_watermark_ = context.watermark();
  read_event_times(batch, time_column_, "a window", times_);
  if (!time_.zoned()) return;
  for (EpochMillis& time : times_) time = time_.of(time);
}

EpochMillis WindowRows::watermark(int32_t row) const {
  if (processing_time_) return operator_watermark_;
  const RowProgress& progress = batch_->progress();
  return progress.from_split ? std::max(progress.at(row), operator_watermark_) : operator_watermark_;
}

EpochMillis WindowRows::greatest_watermark() const {
  if (processing_time_) return operator_watermark_;
  const RowProgress& progress = batch_->progress();
  if (!progress.from_split) return operator_watermark_;
  EpochMillis greatest = progress.watermark;
  if (progress.watermarks) greatest = *std::max_element(progress.watermarks->begin(), progress.watermarks->end());
  if (progress.merged) greatest = std::min(greatest, progress.other_splits);
  return std::max(greatest, operator_watermark_);
}

void WindowRows::drop(int32_t row, EpochMillis fires_at, EpochMillis window_start, EpochMillis window_end) {
  const RowProgress& progress = batch_->progress();
  const bool by_split = !progress.from_split || progress.at(row) >= fires_at;
  EpochMillis time = times_[static_cast<size_t>(row)];
  if (window_end != kNoWatermark) time = std::min(time, window_end - 1);  // where the time column is the window's end
  (by_split ? closed_ : was_idle_).push_back({row, time, time_.of(watermark(row)), window_start, window_end});
}

void WindowRows::report(OperatorContext& context) {
  if (!closed_.empty()) context.late_rows(*batch_, closed_, "window_closed");
  if (!was_idle_.empty()) context.late_rows(*batch_, was_idle_, "was_idle");
}

}  // namespace tidemill
