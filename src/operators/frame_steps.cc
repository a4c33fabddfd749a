#include "operators/frame_steps.h"

#include <algorithm>
#include <set>

#include "operators/key_columns.h"

namespace tidemill {
namespace {

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

FrameSteps::FrameSteps(const std::vector<AggregateSpec>& aggregates, const Schema& schema, bool rows_leave)
    : columns_(columns_read(aggregates)),
      schema_(schema_at(schema, columns_)),
      aggregation_(over_columns(aggregates, columns_),
                   {.input_retracts = rows_leave, .by_key = true, .results_each_row = true}),
      results_(aggregation_.make_result_builders()) {
  for (const Field& field : schema_->fields()) changed_.emplace_back(field.type);
}

std::vector<Type> FrameSteps::column_types() const {
  return leading_types(*schema_, static_cast<size_t>(schema_->size()));
}

void FrameSteps::open(RecordTable& table, OperatorContext& context) {
  table_ = &table;
  aggregation_.open(table.layout(), context);
  changed_keys_.emplace(table.key_layout());
}

void FrameSteps::begin(KeyRef key, std::byte* record) {
  const auto change = static_cast<int32_t>(kinds_.size());
  if (!steps_.empty()) {  // one that came to nothing
    const Step& last = steps_.back();
    if (last.record == record && last.result < 0 && !last.anew && last.first_change == last.end_change) return;
  }
  steps_.push_back({key, record, change, change});
}

void FrameSteps::begin_anew() {
  Step& step = steps_.back();
  step.anew = true;
  step.first_change = step.end_change;
}

void FrameSteps::come(std::span<const ColumnPtr> columns, int32_t row) {
  for (size_t i = 0; i < changed_.size(); ++i) changed_[i].append_from(*columns[i], row);
  add_change(RowKind::kInsert);
}

void FrameSteps::leave(int64_t rows) {
  for (int64_t i = 0; i < rows; ++i) add_change(RowKind::kDelete);
}

int32_t FrameSteps::ask() {
  const auto result = static_cast<int32_t>(order_.size());
  steps_.back().result = result;
  order_.push_back(-1);
  return result;
}

void FrameSteps::add_change(RowKind kind) {
  Step& step = steps_.back();
  kinds_.push_back(kind);
  changed_keys_->append(step.key);
  changed_records_.push_back(step.record);
  step.end_change = static_cast<int32_t>(kinds_.size());
}

void FrameSteps::run() {
  if (steps_.empty()) return;
  std::vector<ColumnPtr> columns;
  for (ColumnBuilder& builder : changed_) columns.push_back(builder.finish());
  const auto num_rows = static_cast<int32_t>(kinds_.size());
  const bool only_inserts = std::ranges::all_of(kinds_, [](RowKind kind) { return kind == RowKind::kInsert; });
  if (only_inserts) kinds_.clear();
  const Batch changes(schema_, std::move(columns), num_rows, std::move(kinds_));
  if (num_rows > 0) aggregation_.begin(changes, {});
  std::vector<std::byte*> records;
  for (const Step& step : steps_) records.push_back(step.record);
  rounds_.assign(records);
  for (int32_t round = 0; round < rounds_.num_rounds(); ++round) run_round(round);
  kinds_.clear();
  changed_keys_->clear();
  changed_records_.clear();
  steps_.clear();
}

void FrameSteps::run_round(int32_t round) {
  std::vector<int32_t> changes;
  std::vector<const std::byte*> wanted;
  for (const int32_t index : rounds_.rows(round)) {
    const Step& step = steps_[static_cast<size_t>(index)];
    if (step.anew) aggregation_.clear(*table_, step.key, step.record);
    for (int32_t change = step.first_change; change < step.end_change; ++change) changes.push_back(change);
    if (step.result < 0) continue;
    wanted.push_back(step.record);
    order_[static_cast<size_t>(step.result)] = num_results_++;
  }
  if (!changes.empty())
    aggregation_.update(*table_, *changed_keys_, Selection::of(changes, static_cast<int32_t>(changed_records_.size())),
                        changed_records_);
  aggregation_.append_results(*table_, wanted, results_);
}

std::vector<ColumnPtr> FrameSteps::finish(std::span<const int32_t> result_of) {
  run();
  std::vector<int32_t> ordered;
  for (const int32_t result : result_of) ordered.push_back(order_[static_cast<size_t>(result)]);
  std::vector<ColumnPtr> results;
  for (ColumnBuilder& builder : results_) results.push_back(builder.finish()->take(ordered));
  num_results_ = 0;
  order_.clear();
  return results;
}

}  // namespace tidemill
