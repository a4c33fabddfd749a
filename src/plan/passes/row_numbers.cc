#include "plan/passes/row_numbers.h"

#include <algorithm>

#include "expr/evaluator.h"
#include "plan/join.h"

namespace tidemill {
namespace {

// Returns the expression without the casts that only widen a whole number.
const Expression& without_casts(const Expression& expression) {
  const auto* cast = expression.try_as<Cast>();
  if (cast == nullptr || !cast->type().is_integer() || !cast->child(0)->type().is_integer()) return expression;
  return without_casts(*cast->child(0));
}

bool is_column(const Expression& expression, int32_t column) {
  const auto* reference = without_casts(expression).try_as<ColumnReference>();
  return reference != nullptr && reference->index() == column;
}

std::optional<int64_t> constant_of(const Expression& expression) {
  if (!expression.is_constant() || !expression.type().is_integer()) return std::nullopt;
  const Value value = evaluate_constant(expression, EvaluationContext());
  if (value.is_null()) return std::nullopt;
  const int128 number = value.as_integer();
  if (number <= std::numeric_limits<int64_t>::min() || number >= std::numeric_limits<int64_t>::max())
    return std::nullopt;
  return static_cast<int64_t>(number);
}

std::optional<RowNumberLimits> compared(std::string_view op, int64_t bound, bool number_first) {
  const bool below = op == (number_first ? "<" : ">");
  const bool up_to = op == (number_first ? "<=" : ">=");
  const bool above = op == (number_first ? ">" : "<");
  const bool from = op == (number_first ? ">=" : "<=");
  RowNumberLimits limits;
  if (op == "=")
    limits = {bound, bound};
  else if (below)
    limits.end = bound - 1;
  else if (up_to)
    limits.end = bound;
  else if (above)
    limits.start = bound + 1;
  else if (from)
    limits.start = bound;
  else
    return std::nullopt;
  return limits;
}

// Returns what one comparison says of the number, nullopt where it is none.
std::optional<RowNumberLimits> limits_of(const Expression& condition, int32_t column) {
  const auto* call = condition.try_as<Call>();
  if (call == nullptr) return std::nullopt;
  if (call->children().size() != 2) return std::nullopt;
  const bool number_first = is_column(*call->child(0), column);
  if (!number_first && !is_column(*call->child(1), column)) return std::nullopt;
  const std::optional<int64_t> bound = constant_of(*call->child(number_first ? 1 : 0));
  return bound ? compared(call->name(), *bound, number_first) : std::nullopt;
}

}  // namespace

std::optional<RowNumberCondition> row_number_condition(const ExpressionPtr& condition, int32_t column) {
  RowNumberCondition result;
  RowNumberLimits& all = result.limits;
  for (const ExpressionPtr& conjunct : conjuncts_of(condition)) {
    if (const std::optional<RowNumberLimits> limits = limits_of(*conjunct, column)) {
      all.start = std::max(all.start, limits->start);
      all.end = std::min(all.end, limits->end);
      continue;
    }
    const std::vector<int32_t> read = columns_of(*conjunct);
    if (std::ranges::find(read, column) != read.end()) return std::nullopt;
    result.rest.push_back(conjunct);
  }
  return result;
}

}  // namespace tidemill
