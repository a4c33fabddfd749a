// operators/window_join_times.h - when the rows of a join of windows are late, and when its windows are due. Rule: a
// row is judged by the end of its window, which is a column.
#pragma once
#include <array>
#include <cstdint>
#include <optional>

#include "operators/operator.h"
#include "operators/spec.h"
#include "operators/window_rows.h"
#include "operators/window_time.h"
#include "state/timer_queue.h"

namespace tidemill {

class WindowJoinTimes {
 public:
  explicit WindowJoinTimes(const WindowJoinSpec& spec) : window_ends_(spec.window_ends), zoned_(spec.zoned) {}

  // Declares the timers, a key and window each. Call once, in Operator::open().
  void open(OperatorContext& context, const KeyLayoutPtr& keys);
  TimerQueue& timers() { return *timers_; }

  // Takes a batch, and calls in_time(row, fires_at) for each row whose window is open at the row's watermark; reports
  // the others as late. `fires_at`: the watermark at which the window is due.
  template <class InTime>
  void judge(const Batch& input, int32_t port, OperatorContext& context, InTime in_time) {
    WindowRows& rows = *rows_[static_cast<size_t>(port)];
    rows.begin(input, context);
    for (int32_t row = 0; row < input.num_rows(); ++row) {
      const EpochMillis end = rows.times()[static_cast<size_t>(row)];
      const EpochMillis fires_at = fires_at_of(end);
      if (rows.watermark(row) >= fires_at)
        rows.drop(row, fires_at, kNoWatermark, end);
      else
        in_time(row, fires_at);
    }
    report(rows, input, context);
  }

  // As Operator::next_firing().
  std::optional<NextFiring> next_firing() const;

 private:
  // Rows of one window often come one behind the other.
  EpochMillis fires_at_of(EpochMillis end) {
    if (end != known_end_) {
      known_end_ = end;
      known_fires_at_ = time_->fires_at(end);
    }
    return known_fires_at_;
  }
  static void report(WindowRows& rows, const Batch& input, OperatorContext& context);

  std::array<int32_t, 2> window_ends_;
  bool zoned_;
  std::optional<WindowTime> time_;
  std::array<std::optional<WindowRows>, 2> rows_;
  TimerQueue* timers_ = nullptr;  // owned by the state store
  std::optional<EpochMillis> known_end_;
  EpochMillis known_fires_at_ = kNoWatermark;
};

}  // namespace tidemill
