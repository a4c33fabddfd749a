#include "operators/match_values.h"

#include <algorithm>
#include <cstring>

#include "operators/row_evaluation.h"

namespace tidemill {
namespace {

// Texts of accumulators that live for one call: a slot holds the number of its text.
class ScratchTexts final : public AccumulatorTexts {
 public:
  void assign(std::byte* slot, std::string_view text) override {
    size_t number = number_of(slot);
    if (number == 0) {
      texts_.emplace_back();
      number = texts_.size();
      std::memcpy(slot, &number, sizeof(number));
    }
    texts_[number - 1] = text;
  }
  std::string_view load(const std::byte* slot) const override {
    const size_t number = number_of(slot);
    return number == 0 ? std::string_view() : texts_[number - 1];
  }

 private:
  static size_t number_of(const std::byte* slot) {
    size_t number = 0;
    std::memcpy(&number, slot, sizeof(number));
    return number;
  }
  std::vector<std::string> texts_;
};

bool is_of(const PatternReference& reference, int32_t variable) {
  return reference.variables.empty() || std::ranges::find(reference.variables, variable) != reference.variables.end();
}

int64_t seen_rows(const PatternReference& reference, const MatchView& view) {
  return reference.final ? view.match->rows : view.rows;
}

// Returns the row, from 0 in the match, that is the (offset + 1)-th of the reference's variables, counted from the
// first or the last row that is seen; -1 where there are not so many.
int64_t find_row(const PatternReference& reference, const MatchView& view) {
  const int64_t seen = seen_rows(reference, view);
  int64_t left = reference.offset;
  if (reference.first) {
    int64_t row = 0;
    for (const PatternRun& run : view.match->runs) {
      if (row >= seen) return -1;
      const int64_t rows = std::min(run.rows, seen - row);
      if (is_of(reference, run.variable)) {
        if (left < rows) return row + left;
        left -= rows;
      }
      row += run.rows;
    }
    return -1;
  }
  int64_t end = view.match->rows;
  for (size_t i = view.match->runs.size(); i-- > 0;) {
    const PatternRun& run = view.match->runs[i];
    const int64_t first = end - run.rows;
    const int64_t rows = std::min(end, seen) - first;
    if (rows > 0 && is_of(reference, run.variable)) {
      if (left < rows) return first + rows - 1 - left;
      left -= rows;
    }
    end = first;
  }
  return -1;
}

// Returns the variable of row `row` of the match.
int32_t variable_of(const PartialMatch& match, int64_t row) {
  for (const PatternRun& run : match.runs) {
    if (row < run.rows) return run.variable;
    row -= run.rows;
  }
  CHECK(false);
}

// Returns the rows of the reference's variables, from 0 in the match.
std::vector<int64_t> rows_of(const PatternReference& reference, const PartialMatch& match, int64_t seen) {
  std::vector<int64_t> rows;
  int64_t row = 0;
  for (const PatternRun& run : match.runs) {
    const int64_t end = std::min(row + run.rows, seen);
    for (int64_t i = row; is_of(reference, run.variable) && i < end; ++i) rows.push_back(i);
    row += run.rows;
  }
  return rows;
}

}  // namespace

std::vector<ColumnPtr> MatchValues::columns(const std::vector<PatternReference>& references,
                                            const std::vector<bool>& wanted, std::span<const MatchView> views,
                                            OperatorContext& context) const {
  std::vector<ColumnPtr> columns;
  for (size_t i = 0; i < references.size(); ++i) {
    if (wanted[i])
      columns.push_back(column(references[i], views, context));
    else
      columns.push_back(Column::all_null(references[i].type, static_cast<int32_t>(views.size())));
  }
  return columns;
}

ColumnPtr MatchValues::column(const PatternReference& reference, std::span<const MatchView> views,
                              OperatorContext& context) const {
  using enum PatternReference::Kind;
  if (reference.kind == kAggregate) return aggregate(reference, views, context);
  ColumnBuilder builder(reference.type);
  for (const MatchView& view : views) {
    if (reference.kind == kMatchNumber) {
      builder.append(view.number);
    } else if (reference.kind == kTimedOut) {
      builder.append(static_cast<uint8_t>(view.timed_out));
    } else if (reference.kind == kMatchTime) {
      builder.append(view.time);
    } else {
      const int64_t found = find_row(reference, view);
      const int64_t row = found + reference.shift;
      if (found < 0) {
        builder.append_null();
      } else if (reference.kind == kColumn) {
        rows_.append(*view.partition, view.match->start + row, reference.column, builder);
      } else if (row < 0 || row >= seen_rows(reference, view)) {
        builder.append_null();
      } else {
        builder.append_text(variables_[static_cast<size_t>(variable_of(*view.match, row))]);
      }
    }
  }
  return builder.finish();
}

ColumnPtr MatchValues::arguments(const PatternReference& reference, const MatchView& view,
                                 std::span<const int64_t> rows, OperatorContext& context) const {
  const ExpressionPtr& argument = reference.aggregate->argument;
  if (argument == nullptr) return nullptr;
  const auto num_rows = static_cast<int32_t>(rows.size());
  std::vector<ColumnPtr> columns(static_cast<size_t>(input_->size()));
  for (const int32_t column : columns_of(*argument)) {
    ColumnBuilder builder(input_->field(column).type);
    for (const int64_t row : rows) rows_.append(*view.partition, view.match->start + row, column, builder);
    columns[static_cast<size_t>(column)] = builder.finish();
  }
  for (int32_t column = 0; column < input_->size(); ++column) {
    ColumnPtr& place = columns[static_cast<size_t>(column)];
    if (place == nullptr) place = Column::all_null(input_->field(column).type, num_rows);
  }
  const Batch batch(input_, std::move(columns), num_rows);
  return evaluate_rows(*argument, batch, Selection::all(num_rows), context.evaluation(), context.metrics());
}

ColumnPtr MatchValues::aggregate(const PatternReference& reference, std::span<const MatchView> views,
                                 OperatorContext& context) const {
  const AggregateFunction& function = *reference.aggregate->function;
  const AccumulatorLayout layout = function.layout();
  ColumnBuilder results(reference.type);
  for (size_t first = 0; first < views.size();) {
    size_t end = first + 1;
    while (end < views.size() && views[end].match == views[first].match) ++end;
    const PartialMatch& match = *views[first].match;
    const std::vector<int64_t> rows = rows_of(reference, match, seen_rows(reference, views[end - 1]));
    const ColumnPtr values = arguments(reference, views[first], rows, context);
    std::vector<int128> accumulator(static_cast<size_t>(layout.size) / sizeof(int128) + 1);
    ScratchTexts texts;
    AggregateContext call{&texts};
    const std::vector<std::byte*> records(rows.size(), reinterpret_cast<std::byte*>(accumulator.data()));
    std::vector<int32_t> added;
    int32_t next = 0;
    for (; first < end; ++first) {
      added.clear();
      while (static_cast<size_t>(next) < rows.size() &&
             rows[static_cast<size_t>(next)] < seen_rows(reference, views[first]))
        added.push_back(next++);
      if (!added.empty())
        function.add(call, {records, 0}, values.get(), Selection::of(added, static_cast<int32_t>(rows.size())));
      const std::byte* const one[] = {reinterpret_cast<const std::byte*>(accumulator.data())};
      function.result(call, {one, 0}, results);
    }
    if (call.overflows != 0) context.metrics().add(kOverflowsCounter, call.overflows);
  }
  return results.finish();
}

}  // namespace tidemill
