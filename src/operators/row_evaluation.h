// operators/row_evaluation.h - expressions over whole batches, under the policy of the operators. Rule: a row that
// fails ends the job with a UserError naming its place; results that overflowed are counted.
#pragma once
#include <span>
#include <vector>

#include "expr/evaluator.h"
#include "operators/operator.h"

namespace tidemill {

// Counter of results that wrapped or became NULL because they did not fit their type.
inline constexpr std::string_view kOverflowsCounter = "numOverflows";

// Returns one column an expression, of all rows of the batch.
std::vector<ColumnPtr> evaluate_rows(std::span<const ExpressionPtr> expressions, const Batch& batch,
                                     const EvaluationContext& context, OperatorMetrics& metrics);
// Returns the column of one expression; rows outside the selection are unspecified.
ColumnPtr evaluate_rows(const Expression& expression, const Batch& batch, const Selection& selection,
                        const EvaluationContext& context, OperatorMetrics& metrics);

// Replaces `rows` by the rows of the batch for which `condition` is TRUE, ascending.
void rows_where(const Expression& condition, const Batch& batch, const EvaluationContext& context,
                OperatorMetrics& metrics, std::vector<int32_t>& rows);

}  // namespace tidemill
