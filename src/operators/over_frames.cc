#include "operators/over_frames.h"

#include <algorithm>

#include "expr/lag.h"
#include "operators/key_columns.h"
#include "state/state_store.h"

namespace tidemill {
namespace {

constexpr std::string_view kArrivalScalar = "over.next_row";

constexpr std::string_view kNumbersField = "rows taken";

}  // namespace

OverFrames::Part OverFrames::part_of(const AggregateSpec& call) const {
  if (as_lag(*call.function) != nullptr) return Part::kLagged;
  return bounded() && FrameExtreme::suits(call) ? Part::kExtreme : Part::kAddedUp;
}

std::vector<AggregateSpec> OverFrames::calls_of(std::span<const AggregateSpec> calls, Part part) const {
  std::vector<AggregateSpec> found;
  std::ranges::copy_if(calls, std::back_inserter(found),
                       [&](const AggregateSpec& call) { return part_of(call) == part; });
  return found;
}

OverFrames::OverFrames(const OverAggregateSpec& spec)
    : frame_(spec.frame),
      adds_up_(!calls_of(spec.aggregates, Part::kAddedUp).empty()),
      added_up_(calls_of(spec.aggregates, Part::kAddedUp), *spec.schema, bounded()),
      lagged_(calls_of(spec.aggregates, Part::kLagged)) {
  CHECK(lagged_.empty() || !bounded());
  for (const AggregateSpec& call : spec.aggregates) {
    parts_.push_back(part_of(call));
    if (parts_.back() == Part::kExtreme) extremes_.emplace_back(call);
    if (parts_.back() == Part::kLagged) lag_results_.emplace_back(call.function->result_type());
  }
}

void OverFrames::declare(TableDescriptor& descriptor) {
  if (adds_up_) added_up_.declare(descriptor);
  if (!lagged_.empty()) lagged_.declare(descriptor);
  for (FrameExtreme& extreme : extremes_) extreme.declare(descriptor);
  if (!extremes_.empty() && frame_.rows) descriptor.fields.push_back(RecordField::int64(std::string(kNumbersField)));
  if (!adds_up_ || !bounded()) return;
  companion_ = static_cast<int32_t>(descriptor.companions.size());
  descriptor.companions.push_back({"frame", CompanionKind::kOrderedSequence, added_up_.column_types()});
}

void OverFrames::open(RecordTable& table, OperatorContext& context) {
  context_ = &context;
  if (adds_up_) added_up_.open(table, context);
  if (!lagged_.empty()) lagged_.open(table);
  for (FrameExtreme& extreme : extremes_) extreme.open(table, context);
  if (!extremes_.empty() && frame_.rows) numbers_offset_ = table.layout().offset(kNumbersField);
  if (companion_ >= 0) kept_ = &table.ordered_sequence(companion_);
}

void OverFrames::clear(KeyRef key, std::byte* record) {
  if (adds_up_) added_up_.clear(key, record);
  if (kept_ != nullptr) kept_->erase(key);
  for (FrameExtreme& extreme : extremes_) extreme.clear(key);
  if (!lagged_.empty()) lagged_.clear(key);
}

std::vector<ColumnPtr> OverFrames::take(const Rows& rows) {
  find_steps(rows);
  OperatorScalars& scalars = context_->state().scalars();
  arrival_ = scalars.get(kArrivalScalar).value_or(0);
  scalars.set(kArrivalScalar, ScalarMerge::kMaximum, arrival_ + rows.batch.num_rows());
  if (adds_up_) add_up(rows);
  if (!lagged_.empty()) lag(rows.batch);
  if (!extremes_.empty()) {
    std::vector<std::byte*> records;
    for (const FrameStep& step : steps_) records.push_back(step.record);
    by_partition_.assign(records);
  }
  return results(rows.batch);
}

void OverFrames::find_steps(const Rows& rows) {
  steps_.clear();
  step_of_.clear();
  const bool numbers = frame_.rows && !extremes_.empty();
  for (int32_t row = 0; row < rows.batch.num_rows(); ++row) {
    const auto i = static_cast<size_t>(row);
    const bool shares = rows.share_times && !frame_.rows && row > 0 && rows.records[i] == rows.records[i - 1] &&
                        rows.times[i] == rows.times[i - 1];
    if (shares) {
      steps_.back().end_row = row + 1;
    } else {
      const int64_t position =
          numbers ? ++*reinterpret_cast<int64_t*>(rows.records[i] + numbers_offset_) : rows.times[i];
      steps_.push_back({rows.keys[row], rows.records[i], row, row + 1, position, start_of(position)});
    }
    step_of_.push_back(static_cast<int32_t>(steps_.size()) - 1);
  }
}

int64_t OverFrames::start_of(int64_t position) const {
  const int64_t preceding = frame_.preceding.value_or(0);
  const bool all_reached = !bounded() || position < std::numeric_limits<int64_t>::min() + preceding;
  return all_reached ? std::numeric_limits<int64_t>::min() : position - preceding;
}

void OverFrames::add_up(const Rows& rows) {
  const std::vector<ColumnPtr> columns = columns_at(rows.batch, added_up_.columns());
  for (const FrameStep& step : steps_) {
    if (added_up_.full()) added_up_.run();
    added_up_.begin(step.key, step.record);
    if (kept_ != nullptr) expire(step);
    added_up_.ask();
    for (int32_t row = step.first_row; row < step.end_row; ++row) {
      added_up_.come(columns, row);
      if (kept_ != nullptr)
        kept_->put(step.key, SubKey::of_time(rows.times[static_cast<size_t>(row)], arrival_ + row), columns, row);
    }
  }
}

void OverFrames::lag(const Batch& rows) {
  lagged_.begin(rows);
  for (const FrameStep& step : steps_) {
    for (int32_t row = step.first_row; row < step.end_row; ++row) lagged_.add(step.key, row, arrival_ + row);
    lagged_.append_results(step.key, lag_results_);
  }
}

std::vector<ColumnPtr> OverFrames::results(const Batch& rows) {
  std::vector<ColumnPtr> sums;
  if (adds_up_) sums = added_up_.finish(step_of_);
  std::vector<ColumnPtr> results;
  size_t next_sum = 0, next_lag = 0, next_extreme = 0;
  for (const Part part : parts_) {
    if (part == Part::kAddedUp) results.push_back(std::move(sums[next_sum++]));
    if (part == Part::kLagged) results.push_back(lag_results_[next_lag++].finish()->take(step_of_));
    if (part == Part::kExtreme)
      results.push_back(extremes_[next_extreme++].take(rows, steps_, by_partition_)->take(step_of_));
  }
  return results;
}

void OverFrames::expire(const FrameStep& step) {
  constexpr auto kMost = static_cast<int64_t>(FrameSteps::kChangesAtOnce);
  int64_t taken = 0;
  for (;;) {
    taken = take_expired(step, kMost);
    added_up_.leave(taken);
    if (taken < kMost) break;
    added_up_.run();
    added_up_.begin(step.key, step.record);
  }
  if (taken > 0 && kept_->size(step.key) == 0) added_up_.begin_anew();
}

int64_t OverFrames::take_expired(const FrameStep& step, int64_t max) {
  if (frame_.rows) {
    const int64_t leaving = kept_->size(step.key) - *frame_.preceding;
    return leaving > 0 ? kept_->take_first(step.key, SubKeyRange::all(), std::min(leaving, max), added_up_.leaving())
                       : 0;
  }
  SubKeyRange before;
  before.until = SubKey::of_time(step.start, std::numeric_limits<int64_t>::min());
  return kept_->take_first(step.key, before, max, added_up_.leaving());
}

}  // namespace tidemill
