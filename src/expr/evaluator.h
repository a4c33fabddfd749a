// expr/evaluator.h - evaluates bound expressions over batches. Rule: an expression is evaluated for the selected rows
// only; CASE, AND, OR and COALESCE narrow the selection, so that no row outside it can fail.
#pragma once
#include <cstdint>
#include <vector>

#include "data/batch.h"
#include "expr/expression.h"
#include "expr/row_errors.h"
#include "expr/selection.h"

namespace tidemill {

// Returns the values of `expression`: a column of expression.type() with as many rows as the batch; rows outside the
// selection are unspecified (take() only selected ones). Failed rows are NULL and noted in `errors`; the caller decides
// what becomes of them (errors.raise_if_any(batch) where the policy is to fail). Any thread.
ColumnPtr evaluate(const Expression& expression, const EvaluationInput& input, const Selection& selection,
                   RowErrors& errors);

// Appends to `rows` the selected rows for which `condition` is TRUE (not FALSE, not NULL), ascending. A conjunction is
// taken conjunct by conjunct, each over the rows that passed the earlier ones.
void filter_rows(const Expression& condition, const EvaluationInput& input, const Selection& selection,
                 RowErrors& errors, std::vector<int32_t>& rows);

// Returns the value of a constant expression (is_constant()), as constant folding and option parsing need it. Throws
// UserError where the evaluation fails.
Value evaluate_constant(const Expression& expression, const EvaluationContext& context);

}  // namespace tidemill
