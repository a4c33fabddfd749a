#include "operators/over_frames.h"

#include <algorithm>
#include <set>

#include "expr/lag.h"
#include "operators/key_columns.h"
#include "state/state_store.h"

namespace tidemill {
namespace {

constexpr std::string_view kArrivalScalar = "over.next_row";
constexpr int32_t kChangesAtOnce = 4096;  // changes that wait, about: what is scratch stays a few batches

std::vector<AggregateSpec> calls_of(const OverAggregateSpec& spec, bool lag) {
  std::vector<AggregateSpec> calls;
  for (const AggregateSpec& aggregate : spec.aggregates)
    if ((as_lag(*aggregate.function) != nullptr) == lag) calls.push_back(aggregate);
  return calls;
}

std::vector<int32_t> columns_read(const std::vector<AggregateSpec>& aggregates) {
  std::set<int32_t> columns;
  for (const AggregateSpec& aggregate : aggregates) {
    if (aggregate.argument) {
      const std::vector<int32_t> read = columns_of(*aggregate.argument);
      columns.insert(read.begin(), read.end());
    }
    if (aggregate.filter) columns.insert(*aggregate.filter);
  }
  return {columns.begin(), columns.end()};
}

std::vector<AggregateSpec> over_columns(std::vector<AggregateSpec> aggregates, const std::vector<int32_t>& columns) {
  std::vector<int32_t> places(columns.empty() ? 0 : static_cast<size_t>(columns.back()) + 1, -1);
  for (size_t i = 0; i < columns.size(); ++i) places[static_cast<size_t>(columns[i])] = static_cast<int32_t>(i);
  for (AggregateSpec& aggregate : aggregates) {
    CHECK(aggregate.order == RowOrder::kArrival);
    if (aggregate.argument) aggregate.argument = renumber_columns(aggregate.argument, places);
    if (aggregate.filter) aggregate.filter = places[static_cast<size_t>(*aggregate.filter)];
  }
  return aggregates;
}

SchemaPtr schema_at(const Schema& schema, const std::vector<int32_t>& columns) {
  std::vector<Field> fields;
  for (const int32_t column : columns) fields.push_back(schema.field(column));
  return make_schema(std::move(fields));
}

}  // namespace

OverFrames::OverFrames(const OverAggregateSpec& spec)
    : frame_(spec.frame),
      columns_(columns_read(calls_of(spec, false))),
      schema_(schema_at(*spec.schema, columns_)),
      aggregation_(over_columns(calls_of(spec, false), columns_),
                   {.input_retracts = spec.frame.preceding.has_value(), .by_key = true, .results_each_row = true}),
      lagged_(calls_of(spec, true)),
      results_(aggregation_.make_result_builders()) {
  CHECK(lagged_.empty() || !bounded());
  for (const AggregateSpec& aggregate : spec.aggregates) {
    is_lag_.push_back(as_lag(*aggregate.function) != nullptr);
    if (is_lag_.back()) lag_results_.emplace_back(aggregate.function->result_type());
  }
  for (const Field& field : schema_->fields()) changed_.emplace_back(field.type);
}

void OverFrames::declare(TableDescriptor& descriptor) {
  aggregation_.declare(descriptor);
  if (!lagged_.empty()) lagged_.declare(descriptor);
  if (!bounded()) return;
  companion_ = static_cast<int32_t>(descriptor.companions.size());
  std::vector<Type> types;
  for (const Field& field : schema_->fields()) types.push_back(field.type);
  descriptor.companions.push_back({"frame", CompanionKind::kOrderedSequence, std::move(types)});
}

void OverFrames::open(RecordTable& table, OperatorContext& context) {
  table_ = &table;
  context_ = &context;
  aggregation_.open(table.layout(), context);
  if (!lagged_.empty()) lagged_.open(table);
  if (bounded()) kept_ = &table.ordered_sequence(companion_);
  changed_keys_.emplace(table.key_layout());
}

void OverFrames::clear(KeyRef key, std::byte* record) {
  aggregation_.clear(*table_, key, record);
  if (kept_ != nullptr) kept_->erase(key);
  if (!lagged_.empty()) lagged_.clear(key);
}

std::vector<ColumnPtr> OverFrames::take(const Rows& rows) {
  const std::vector<ColumnPtr> columns = columns_at(rows.batch, columns_);
  OperatorScalars& scalars = context_->state().scalars();
  int64_t arrival = scalars.get(kArrivalScalar).value_or(0);
  std::vector<int32_t> result_of(static_cast<size_t>(rows.batch.num_rows()));
  order_.clear();
  lagged_.begin(rows.batch);
  for (int32_t row = 0; row < rows.batch.num_rows(); ++row) {
    const auto i = static_cast<size_t>(row);
    const bool shares = rows.share_times && !frame_.rows && row > 0 && rows.records[i] == rows.records[i - 1] &&
                        rows.times[i] == rows.times[i - 1];
    if (!shares) {
      if (row > 0) finish_step(rows.keys[row - 1]);
      if (kinds_.size() >= kChangesAtOnce) run();
      begin_step(rows.records[i]);
      if (bounded()) expire(rows.keys[row], rows.records[i], rows.times[i]);
      steps_.back().result = static_cast<int32_t>(order_.size());
      order_.push_back(-1);
    }
    result_of[i] = static_cast<int32_t>(order_.size()) - 1;
    for (size_t c = 0; c < columns.size(); ++c) changed_[c].append_from(*columns[c], row);
    add_change(RowKind::kInsert, rows.keys[row], rows.records[i]);
    if (bounded()) kept_->put(rows.keys[row], SubKey::of_time(rows.times[i], arrival), columns, row);
    if (!lagged_.empty()) lagged_.add(rows.keys[row], row, arrival);
    ++arrival;
  }
  if (rows.batch.num_rows() > 0) finish_step(rows.keys[rows.batch.num_rows() - 1]);
  run();
  scalars.set(kArrivalScalar, ScalarMerge::kMaximum, arrival);
  return results_of(result_of);
}

std::vector<ColumnPtr> OverFrames::results_of(std::span<const int32_t> result_of) {
  std::vector<int32_t> ordered;
  for (const int32_t result : result_of) ordered.push_back(order_[static_cast<size_t>(result)]);
  std::vector<ColumnPtr> results;
  size_t aggregates = 0;
  size_t lags = 0;
  for (const bool lag : is_lag_)
    results.push_back(lag ? lag_results_[lags++].finish()->take(result_of)
                          : results_[aggregates++].finish()->take(ordered));
  num_results_ = 0;
  return results;
}

void OverFrames::finish_step(KeyRef key) {
  if (!lagged_.empty()) lagged_.append_results(key, lag_results_);
}

void OverFrames::begin_step(std::byte* record) {
  const auto change = static_cast<int32_t>(kinds_.size());
  steps_.push_back({record, change, change, -1});
}

void OverFrames::expire(KeyRef key, std::byte* record, EpochMillis time) {
  int64_t taken = 0;
  for (;;) {
    taken = take_expired(key, time, kChangesAtOnce);
    for (int64_t i = 0; i < taken; ++i) add_change(RowKind::kDelete, key, record);
    if (taken < kChangesAtOnce) break;
    run();
    begin_step(record);
  }
  Step& step = steps_.back();
  step.anew = taken > 0 && kept_->size(key) == 0;
  if (step.anew) step.first_change = step.end_change;
}

int64_t OverFrames::take_expired(KeyRef key, EpochMillis time, int64_t max) {
  if (frame_.rows) {
    const int64_t leaving = kept_->size(key) - *frame_.preceding;
    return leaving > 0 ? kept_->take_first(key, SubKeyRange::all(), std::min(leaving, max), changed_) : 0;
  }
  const bool all_reached = time < std::numeric_limits<EpochMillis>::min() + *frame_.preceding;
  if (all_reached) return 0;
  SubKeyRange before;
  before.until = SubKey::of_time(time - *frame_.preceding, std::numeric_limits<int64_t>::min());
  return kept_->take_first(key, before, max, changed_);
}

void OverFrames::add_change(RowKind kind, KeyRef key, std::byte* record) {
  kinds_.push_back(kind);
  changed_keys_->append(key);
  changed_records_.push_back(record);
  steps_.back().end_change = static_cast<int32_t>(kinds_.size());
}

void OverFrames::run() {
  if (kinds_.empty()) {
    steps_.clear();
    return;
  }
  std::vector<ColumnPtr> columns;
  for (ColumnBuilder& builder : changed_) columns.push_back(builder.finish());
  const auto num_rows = static_cast<int32_t>(kinds_.size());
  const bool only_inserts = std::ranges::all_of(kinds_, [](RowKind kind) { return kind == RowKind::kInsert; });
  if (only_inserts) kinds_.clear();
  const Batch changes(schema_, std::move(columns), num_rows, std::move(kinds_));
  aggregation_.begin(changes, {});
  std::vector<std::byte*> records;
  for (const Step& step : steps_) records.push_back(step.record);
  rounds_.assign(records);
  for (int32_t round = 0; round < rounds_.num_rounds(); ++round) run_round(round);
  kinds_.clear();
  changed_keys_->clear();
  changed_records_.clear();
  steps_.clear();
}

void OverFrames::run_round(int32_t round) {
  std::vector<int32_t> changes;
  std::vector<const std::byte*> wanted;
  for (const int32_t index : rounds_.rows(round)) {
    const Step& step = steps_[static_cast<size_t>(index)];
    if (step.anew) aggregation_.clear(*table_, (*changed_keys_)[step.first_change], step.record);
    for (int32_t change = step.first_change; change < step.end_change; ++change) changes.push_back(change);
    if (step.result < 0) continue;
    wanted.push_back(step.record);
    order_[static_cast<size_t>(step.result)] = num_results_++;
  }
  aggregation_.update(*table_, *changed_keys_, Selection::of(changes, static_cast<int32_t>(changed_records_.size())),
                      changed_records_);
  aggregation_.append_results(*table_, wanted, results_);
}

}  // namespace tidemill
