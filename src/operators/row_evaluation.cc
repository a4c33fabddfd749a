#include "operators/row_evaluation.h"

#include "expr/shared_values.h"

namespace tidemill {
namespace {

void settle(const RowErrors& errors, const Batch& batch, OperatorMetrics& metrics) {
  errors.raise_if_any(batch);
  if (errors.overflows() != 0) metrics.add(kOverflowsCounter, errors.overflows());
}

}  // namespace

std::vector<ColumnPtr> evaluate_rows(std::span<const ExpressionPtr> expressions, const Batch& batch,
                                     const EvaluationContext& context, OperatorMetrics& metrics) {
  RowErrors errors;
  SharedValues shared;
  std::vector<ColumnPtr> columns;
  columns.reserve(expressions.size());
  for (const ExpressionPtr& expression : expressions)
    columns.push_back(evaluate(*expression, {batch, context, &shared}, Selection::all(batch.num_rows()), errors));
  settle(errors, batch, metrics);
  return columns;
}

ColumnPtr evaluate_rows(const Expression& expression, const Batch& batch, const Selection& selection,
                        const EvaluationContext& context, OperatorMetrics& metrics) {
  RowErrors errors;
  SharedValues shared;
  ColumnPtr column = evaluate(expression, {batch, context, &shared}, selection, errors);
  settle(errors, batch, metrics);
  return column;
}

void rows_where(const Expression& condition, const Batch& batch, const EvaluationContext& context,
                OperatorMetrics& metrics, std::vector<int32_t>& rows) {
  RowErrors errors;
  SharedValues shared;
  rows.clear();
  filter_rows(condition, {batch, context, &shared}, Selection::all(batch.num_rows()), errors, rows);
  settle(errors, batch, metrics);
}

}  // namespace tidemill
