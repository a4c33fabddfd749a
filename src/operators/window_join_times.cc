#include "operators/window_join_times.h"

#include "operators/row_outcomes.h"

namespace tidemill {

void WindowJoinTimes::open(OperatorContext& context, const KeyLayoutPtr& keys) {
  WindowDefinition window;
  window.zoned = zoned_;
  time_.emplace(window, context.evaluation().time_zone);
  // The column that tells the window's end is read as it is: it lies in window time already.
  const WindowDefinition plain;
  const WindowTime plain_time(plain, context.evaluation().time_zone);
  for (size_t port = 0; port < 2; ++port) rows_[port].emplace(plain, window_ends_[port], plain_time);
  timers_ = &context.state().timers({"timers", keys->types()});
}

void WindowJoinTimes::report(WindowRows& rows, const Batch& input, OperatorContext& context) {
  rows.report(context);
  context.metrics().add(kRowsUsedCounter, input.num_rows() - rows.dropped());
}

std::optional<NextFiring> WindowJoinTimes::next_firing() const {
  const std::optional<EpochMillis> next = timers_->next_time();
  if (!next) return std::nullopt;
  return NextFiring{time_->of(*next) + 1, *next, false, false};
}

}  // namespace tidemill
