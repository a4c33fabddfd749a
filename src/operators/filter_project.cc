#include "operators/filter_project.h"

#include <algorithm>

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

FilterProject::FilterProject(const FilterProjectSpec& spec) : predicate_(spec.predicate), schema_(spec.schema) {
  std::vector<ExpressionPtr> computed;
  for (const ExpressionPtr& projection : spec.projections) {
    const auto* column = projection->try_as<ColumnReference>();
    passed_on_.push_back(column == nullptr ? -1 : column->index());
    if (column == nullptr) computed.push_back(projection);
  }
  columns_read_ = columns_of_all(computed);
  computed_ = renumbered(computed, columns_read_);
}

Batch FilterProject::narrowed(const Batch& input, bool all) {
  if (narrow_schema_ == nullptr) {
    std::vector<Field> fields;
    for (const int32_t column : columns_read_) fields.push_back(input.schema()->field(column));
    narrow_schema_ = make_schema(std::move(fields));
  }
  std::vector<ColumnPtr> columns;
  columns.reserve(columns_read_.size());
  for (const int32_t column : columns_read_) columns.push_back(input.column(column));
  const Batch narrow = input.with_columns(narrow_schema_, std::move(columns));
  return all ? narrow : narrow.take(passed_);
}

// A predicate often leaves no NULLs behind (the other kinds of events): whoever comes next need not look for them.
bool FilterProject::passes_nulls(const Column& column, Passed& shared) const {
  const Buffer* const validity = column.validity_buffer().get();
  if (validity == nullptr) return false;
  if (validity == shared.validity) return shared.nulls;
  const auto* const bits = reinterpret_cast<const uint8_t*>(validity->data());
  bool valid = true;
  for (const int32_t row : passed_) valid &= bit_at(bits, row);
  shared.validity = validity;
  return shared.nulls = !valid;
}

ColumnPtr FilterProject::passed_on(const ColumnPtr& column, Passed& shared) const {
  const auto num_rows = static_cast<int32_t>(passed_.size());
  if (column->encoding() == ColumnEncoding::kConstant) return Column::constant(*column, num_rows);
  const bool most = passed_.size() * 2 >= static_cast<size_t>(column->num_rows());
  if (column->encoding() != ColumnEncoding::kFlat || !most) return column->take(passed_);
  if (shared.indices == nullptr) {
    auto rows = Buffer::allocate(passed_.size() * sizeof(int32_t));
    std::copy(passed_.begin(), passed_.end(), reinterpret_cast<int32_t*>(rows->mutable_data()));
    shared.indices = std::move(rows);
  }
  if (column->validity_buffer() == nullptr || passes_nulls(*column, shared))
    return Column::dictionary(column, shared.indices, num_rows);
  const ColumnPtr without_nulls =
      Column::flat(column->type(), column->num_rows(), column->values_buffer(), nullptr, column->text_buffers());
  return Column::dictionary(without_nulls, shared.indices, num_rows);
}

void FilterProject::process(Batch input, int32_t, Output& output) {
  if (input.num_rows() == 0) return;
  bool all = true;
  if (predicate_ != nullptr) {
    rows_where(*predicate_, input, context_->evaluation(), context_->metrics(), passed_);
    if (passed_.empty()) return;
    all = passed_.size() == static_cast<size_t>(input.num_rows());
  }
  const Batch rows = narrowed(input, all);
  std::vector<ColumnPtr> computed = evaluate_rows(computed_, rows, context_->evaluation(), context_->metrics());
  std::vector<ColumnPtr> columns;
  columns.reserve(passed_on_.size());
  Passed shared;
  auto next = computed.begin();
  for (const int32_t column : passed_on_) {
    if (column < 0) {
      columns.push_back(std::move(*next++));
      continue;
    }
    const Type& type = schema_->field(static_cast<int32_t>(columns.size())).type;
    ColumnPtr same = all ? input.column(column) : passed_on(input.column(column), shared);
    columns.push_back(same->type() == type ? std::move(same) : same->with_type(type));
  }
  output.emit(rows.with_columns(schema_, std::move(columns)));
}

}  // namespace tidemill
