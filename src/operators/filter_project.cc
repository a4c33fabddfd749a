#include "operators/filter_project.h"

#include "operators/row_evaluation.h"

namespace tidemill {
namespace {

std::vector<int32_t> columns_of_all(const std::vector<ExpressionPtr>& expressions) {
  std::vector<int32_t> columns;
  for (const ExpressionPtr& expression : expressions) {
    const std::vector<int32_t> read = columns_of(*expression);
    columns.insert(columns.end(), read.begin(), read.end());
  }
  std::sort(columns.begin(), columns.end());
  columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
  return columns;
}

std::vector<ExpressionPtr> renumbered(const std::vector<ExpressionPtr>& expressions,
                                      const std::vector<int32_t>& columns) {
  std::vector<int32_t> new_index(columns.empty() ? 0 : static_cast<size_t>(columns.back()) + 1, -1);
  for (size_t i = 0; i < columns.size(); ++i) new_index[static_cast<size_t>(columns[i])] = static_cast<int32_t>(i);
  std::vector<ExpressionPtr> result;
  result.reserve(expressions.size());
  for (const ExpressionPtr& expression : expressions) result.push_back(renumber_columns(expression, new_index));
  return result;
}

}  // namespace

FilterProject::FilterProject(const FilterProjectSpec& spec)
    : predicate_(spec.predicate),
      schema_(spec.schema),
      columns_read_(columns_of_all(spec.projections)),
      projections_(renumbered(spec.projections, columns_read_)) {}

Batch FilterProject::narrowed(const Batch& input) {
  if (narrow_schema_ == nullptr) {
    std::vector<Field> fields;
    for (const int32_t column : columns_read_) fields.push_back(input.schema()->field(column));
    narrow_schema_ = make_schema(std::move(fields));
  }
  std::vector<ColumnPtr> columns;
  columns.reserve(columns_read_.size());
  for (const int32_t column : columns_read_) columns.push_back(input.column(column));
  return input.with_columns(narrow_schema_, std::move(columns));
}

Batch FilterProject::surviving_rows(const Batch& input) {
  if (predicate_ == nullptr) return narrowed(input);
  rows_where(*predicate_, input, context_->evaluation(), context_->metrics(), passed_);
  if (static_cast<int32_t>(passed_.size()) == input.num_rows()) return narrowed(input);
  return narrowed(input).take(passed_);
}

void FilterProject::process(Batch input, int32_t, Output& output) {
  const Batch rows = surviving_rows(input);
  if (rows.num_rows() == 0) return;
  std::vector<ColumnPtr> columns = evaluate_rows(projections_, rows, context_->evaluation(), context_->metrics());
  output.emit(rows.with_columns(schema_, std::move(columns)));
}

}  // namespace tidemill
