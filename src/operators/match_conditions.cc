#include "operators/match_conditions.h"

#include <algorithm>

#include "operators/row_evaluation.h"

namespace tidemill {

MatchConditions::MatchConditions(const RowPatternDefinition& definition, const PatternMatcher& matcher,
                                 const MatchValues& values)
    : definition_(definition), matcher_(matcher), values_(values), aggregates_(definition.tested) {
  std::vector<Field> fields;
  for (const PatternReference& reference : definition.tested) fields.push_back({"", reference.type});
  tested_ = make_schema(std::move(fields));
  for (size_t i = 0; i < definition.variables.size(); ++i) {
    std::vector<bool> wanted(definition.tested.size(), false);
    if (definition.conditions[i] != nullptr && !definition.of_row[i])
      for (const int32_t column : columns_of(*definition.conditions[i])) wanted[static_cast<size_t>(column)] = true;
    wanted_.push_back(std::move(wanted));
  }
}

void MatchConditions::begin(const Batch& batch) {
  batch_ = &batch;
  aggregates_.begin(batch, *context_);
  of_rows_.assign(definition_.variables.size(), {});
  std::vector<int32_t> rows;
  for (size_t i = 0; i < definition_.variables.size(); ++i) {
    const ExpressionPtr& condition = definition_.conditions[i];
    if (condition == nullptr || !definition_.of_row[i] || condition->can_fail()) continue;
    rows_where(*condition, batch, context_->evaluation(), context_->metrics(), rows);
    of_rows_[i].assign(static_cast<size_t>(batch.num_rows()), 0);
    for (const int32_t row : rows) of_rows_[i][static_cast<size_t>(row)] = 1;
  }
}

void MatchConditions::begin_row(const MatchPartition& partition, int32_t batch_row, int64_t row, EpochMillis time) {
  partition_ = &partition;
  batch_row_ = batch_row;
  row_ = row;
  time_ = time;
  of_beginnings_.assign(definition_.variables.size(), {});
}

bool MatchConditions::fits(int32_t variable, size_t index) {
  const auto number = static_cast<size_t>(variable);
  const ExpressionPtr& condition = definition_.conditions[number];
  if (condition == nullptr) return true;
  if (!of_rows_[number].empty()) return of_rows_[number][static_cast<size_t>(batch_row_)] != 0;
  std::vector<std::optional<bool>>& known = of_beginnings_[number];
  const std::vector<PartialMatch>& partial = partition_->live.partial;
  if (definition_.of_row[number]) {
    if (known.empty()) known.assign(1, fits_row(variable));
    return *known.front();
  }
  if (known.empty()) {
    known.resize(partial.size() + 1);
    std::vector<size_t> asking;
    for (size_t i = 0; i < partial.size() && !condition->can_fail(); ++i)
      if (matcher_.asks(partial[i].state, variable)) asking.push_back(i);
    evaluate(variable, asking);
  }
  if (!known[index]) evaluate(variable, {index});
  return *known[index];
}

bool MatchConditions::fits_row(int32_t variable) {
  const int32_t rows[] = {batch_row_};
  const ColumnPtr truth =
      evaluate_rows(*definition_.conditions[static_cast<size_t>(variable)], *batch_,
                    Selection::of(rows, batch_->num_rows()), context_->evaluation(), context_->metrics());
  return !truth->is_null(batch_row_) && truth->decode<uint8_t>()[batch_row_] != 0;
}

// Aggregates that beginnings hold are read there.
std::vector<ColumnPtr> MatchConditions::tested_columns(std::vector<bool> wanted, std::span<const MatchView> views) {
  std::vector<size_t> held;
  for (size_t i = 0; i < wanted.size(); ++i) {
    const auto has = [&](const MatchView& view) { return !view.match->accumulators.empty(); };
    if (!wanted[i] || !aggregates_.holds(i) || !std::ranges::all_of(views, has)) continue;
    held.push_back(i);
    wanted[i] = false;
  }
  std::vector<ColumnPtr> columns = values_.columns(definition_.tested, wanted, views, *context_);
  for (const size_t i : held) {
    ColumnBuilder results(definition_.tested[i].type);
    for (const MatchView& view : views) aggregates_.append_result(i, *view.match, results);
    columns[i] = results.finish();
  }
  return columns;
}

void MatchConditions::evaluate(int32_t variable, const std::vector<size_t>& indices) {
  if (indices.empty()) return;
  const auto number = static_cast<size_t>(variable);
  const std::vector<PartialMatch>& partial = partition_->live.partial;
  std::vector<PartialMatch> tried;
  for (const size_t index : indices) {
    if (index < partial.size()) {
      tried.push_back(partial[index]);
    } else {
      tried.emplace_back();
      tried.back().start = row_;
    }
    add_row(tried.back(), variable);
    added(variable, tried.back());
  }
  std::vector<MatchView> views;
  for (const PartialMatch& match : tried) views.push_back({partition_, &match, match.rows, 0, false, time_});
  const auto num_rows = static_cast<int32_t>(views.size());
  const Batch batch(tested_, tested_columns(wanted_[number], views), num_rows);
  const ColumnPtr truth = evaluate_rows(*definition_.conditions[number], batch, Selection::all(num_rows),
                                        context_->evaluation(), context_->metrics());
  const Decoded<uint8_t> values = truth->decode<uint8_t>();
  for (int32_t i = 0; i < num_rows; ++i)
    of_beginnings_[number][indices[static_cast<size_t>(i)]] = !values.is_null(i) && values[i] != 0;
}

}  // namespace tidemill
