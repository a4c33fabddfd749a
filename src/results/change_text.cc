#include "results/change_text.h"

#include "expr/cast.h"
#include "expr/evaluator.h"

namespace tidemill {
namespace {

std::string bytes_literal(std::string_view bytes) {
  std::string text = "x'";
  for (const char byte : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return text + "'";
}

void add_bytes(const Column& column, std::vector<ResultChange>& changes) {
  for (size_t row = 0; row < changes.size(); ++row) {
    const auto index = static_cast<int32_t>(row);
    std::optional<std::string>& cell = changes[row].row.emplace_back();
    if (!column.is_null(index)) cell = bytes_literal(column.text(index));
  }
}

}  // namespace

std::vector<ResultChange> change_texts(const Batch& batch, const EvaluationContext& context, BytesText bytes) {
  std::vector<ResultChange> changes(static_cast<size_t>(batch.num_rows()));
  for (int32_t row = 0; row < batch.num_rows(); ++row) {
    changes[static_cast<size_t>(row)].kind = batch.kind(row);
    changes[static_cast<size_t>(row)].row.reserve(static_cast<size_t>(batch.num_columns()));
  }
  const Selection all = Selection::all(batch.num_rows());
  for (int32_t index = 0; index < batch.num_columns(); ++index) {
    if (bytes == BytesText::kLiteral && batch.schema()->field(index).type.is_binary()) {
      add_bytes(*batch.column(index), changes);
      continue;
    }
    const ExpressionPtr text =
        make_cast(make_column(index, batch.schema()->field(index).type), Type::string(), false, {});
    RowErrors errors;
    const ColumnPtr texts = evaluate(*text, {batch, context}, all, errors);
    errors.raise_if_any(batch);
    for (int32_t row = 0; row < batch.num_rows(); ++row) {
      auto& cells = changes[static_cast<size_t>(row)].row;
      if (texts->is_null(row)) {
        cells.emplace_back();
      } else {
        cells.emplace_back(std::string(texts->text(row)));
      }
    }
  }
  return changes;
}

}  // namespace tidemill
