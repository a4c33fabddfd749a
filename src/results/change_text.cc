#include "results/change_text.h"

#include "expr/cast.h"
#include "expr/evaluator.h"

namespace tidemill {

std::vector<ResultChange> change_texts(const Batch& batch, const EvaluationContext& context) {
  std::vector<ResultChange> changes(static_cast<size_t>(batch.num_rows()));
  for (int32_t row = 0; row < batch.num_rows(); ++row) {
    changes[static_cast<size_t>(row)].kind = batch.kind(row);
    changes[static_cast<size_t>(row)].row.reserve(static_cast<size_t>(batch.num_columns()));
  }
  const Selection all = Selection::all(batch.num_rows());
  for (int32_t index = 0; index < batch.num_columns(); ++index) {
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
