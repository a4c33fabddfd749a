#include "operators/over_frames.h"

#include <algorithm>

#include "expr/lag.h"
#include "operators/key_columns.h"
#include "state/state_store.h"

namespace tidemill {
namespace {

constexpr std::string_view kArrivalScalar = "over.next_row";

std::vector<AggregateSpec> calls_of(const OverAggregateSpec& spec, bool lag) {
  std::vector<AggregateSpec> calls;
  for (const AggregateSpec& aggregate : spec.aggregates)
    if ((as_lag(*aggregate.function) != nullptr) == lag) calls.push_back(aggregate);
  return calls;
}

}  // namespace

OverFrames::OverFrames(const OverAggregateSpec& spec)
    : frame_(spec.frame),
      steps_(calls_of(spec, false), *spec.schema, spec.frame.preceding.has_value()),
      lagged_(calls_of(spec, true)) {
  CHECK(lagged_.empty() || !bounded());
  for (const AggregateSpec& aggregate : spec.aggregates) {
    is_lag_.push_back(as_lag(*aggregate.function) != nullptr);
    if (is_lag_.back()) lag_results_.emplace_back(aggregate.function->result_type());
  }
}

void OverFrames::declare(TableDescriptor& descriptor) {
  steps_.declare(descriptor);
  if (!lagged_.empty()) lagged_.declare(descriptor);
  if (!bounded()) return;
  companion_ = static_cast<int32_t>(descriptor.companions.size());
  descriptor.companions.push_back({"frame", CompanionKind::kOrderedSequence, steps_.column_types()});
}

void OverFrames::open(RecordTable& table, OperatorContext& context) {
  context_ = &context;
  steps_.open(table, context);
  if (!lagged_.empty()) lagged_.open(table);
  if (bounded()) kept_ = &table.ordered_sequence(companion_);
}

void OverFrames::clear(KeyRef key, std::byte* record) {
  steps_.clear(key, record);
  if (kept_ != nullptr) kept_->erase(key);
  if (!lagged_.empty()) lagged_.clear(key);
}

std::vector<ColumnPtr> OverFrames::take(const Rows& rows) {
  const std::vector<ColumnPtr> columns = columns_at(rows.batch, steps_.columns());
  OperatorScalars& scalars = context_->state().scalars();
  int64_t arrival = scalars.get(kArrivalScalar).value_or(0);
  std::vector<int32_t> result_of(static_cast<size_t>(rows.batch.num_rows()));
  int32_t result = -1;
  lagged_.begin(rows.batch);
  for (int32_t row = 0; row < rows.batch.num_rows(); ++row) {
    const auto i = static_cast<size_t>(row);
    const bool shares = rows.share_times && !frame_.rows && row > 0 && rows.records[i] == rows.records[i - 1] &&
                        rows.times[i] == rows.times[i - 1];
    if (!shares) {
      if (row > 0) finish_step(rows.keys[row - 1]);
      if (steps_.full()) steps_.run();
      steps_.begin(rows.keys[row], rows.records[i]);
      if (bounded()) expire(rows.keys[row], rows.records[i], rows.times[i]);
      result = steps_.ask();
    }
    result_of[i] = result;
    steps_.come(columns, row);
    if (bounded()) kept_->put(rows.keys[row], SubKey::of_time(rows.times[i], arrival), columns, row);
    if (!lagged_.empty()) lagged_.add(rows.keys[row], row, arrival);
    ++arrival;
  }
  if (rows.batch.num_rows() > 0) finish_step(rows.keys[rows.batch.num_rows() - 1]);
  scalars.set(kArrivalScalar, ScalarMerge::kMaximum, arrival);
  return results_of(result_of);
}

std::vector<ColumnPtr> OverFrames::results_of(std::span<const int32_t> result_of) {
  std::vector<ColumnPtr> aggregates = steps_.finish(result_of);
  std::vector<ColumnPtr> results;
  size_t next_aggregate = 0;
  size_t next_lag = 0;
  for (const bool lag : is_lag_)
    results.push_back(lag ? lag_results_[next_lag++].finish()->take(result_of)
                          : std::move(aggregates[next_aggregate++]));
  return results;
}

void OverFrames::finish_step(KeyRef key) {
  if (!lagged_.empty()) lagged_.append_results(key, lag_results_);
}

void OverFrames::expire(KeyRef key, std::byte* record, EpochMillis time) {
  constexpr auto kMost = static_cast<int64_t>(FrameSteps::kChangesAtOnce);
  int64_t taken = 0;
  for (;;) {
    taken = take_expired(key, time, kMost);
    steps_.leave(taken);
    if (taken < kMost) break;
    steps_.run();
    steps_.begin(key, record);
  }
  if (taken > 0 && kept_->size(key) == 0) steps_.begin_anew();
}

int64_t OverFrames::take_expired(KeyRef key, EpochMillis time, int64_t max) {
  if (frame_.rows) {
    const int64_t leaving = kept_->size(key) - *frame_.preceding;
    return leaving > 0 ? kept_->take_first(key, SubKeyRange::all(), std::min(leaving, max), steps_.leaving()) : 0;
  }
  const bool all_reached = time < std::numeric_limits<EpochMillis>::min() + *frame_.preceding;
  if (all_reached) return 0;
  SubKeyRange before;
  before.until = SubKey::of_time(time - *frame_.preceding, std::numeric_limits<int64_t>::min());
  return kept_->take_first(key, before, max, steps_.leaving());
}

}  // namespace tidemill
