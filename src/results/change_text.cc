#include "results/change_text.h"

#include "expr/cast.h"
#include "expr/evaluator.h"
#include "results/json_cell.h"

namespace tidemill {
namespace {

// Appends a cell to every change; `append(text, row)` writes what is not NULL.
template <class Append>
void add_cells(const Column& column, std::vector<ResultChange>& changes, Append append) {
  for (size_t row = 0; row < changes.size(); ++row) {
    const auto index = static_cast<int32_t>(row);
    std::optional<std::string>& cell = changes[row].row.emplace_back();
    if (!column.is_null(index)) append(cell.emplace(), index);
  }
}

}  // namespace

std::vector<ResultChange> change_texts(const Batch& batch, const EvaluationContext& context, CellText cells) {
  std::vector<ResultChange> changes(static_cast<size_t>(batch.num_rows()));
  for (int32_t row = 0; row < batch.num_rows(); ++row) {
    changes[static_cast<size_t>(row)].kind = batch.kind(row);
    changes[static_cast<size_t>(row)].row.reserve(static_cast<size_t>(batch.num_columns()));
  }
  const Selection all = Selection::all(batch.num_rows());
  for (int32_t index = 0; index < batch.num_columns(); ++index) {
    const Column& column = *batch.column(index);
    const Type& type = batch.schema()->field(index).type;
    if (cells != CellText::kCast && type.is_binary()) {
      add_cells(column, changes, [&](std::string& text, int32_t row) { append_bytes_literal(text, column.text(row)); });
      continue;
    }
    if (cells == CellText::kJson && writes_json_cell(type)) {
      add_cells(column, changes,
                [&](std::string& text, int32_t row) { append_json_cell(text, column, row, context.time_zone); });
      continue;
    }
    const ExpressionPtr text = make_cast(make_column(index, type), Type::string(), false, {});
    RowErrors errors;
    const ColumnPtr texts = evaluate(*text, {batch, context}, all, errors);
    errors.raise_if_any(batch);
    add_cells(*texts, changes, [&](std::string& cell, int32_t row) { cell = texts->text(row); });
  }
  return changes;
}

}  // namespace tidemill
