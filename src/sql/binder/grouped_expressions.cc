// sql/binder/grouped_expressions.cc - expressions of a grouped SELECT over the groups.
#include "sql/binder/grouped_expressions.h"

#include <algorithm>

#include "expr/cast.h"
#include "sql/binder/over_calls.h"
#include "sql/binder/subquery.h"

namespace tidemill {
namespace {

bool contains(const std::vector<ExpressionPtr>& expressions, const ExpressionPtr& wanted) {
  return std::ranges::any_of(expressions, [&](const ExpressionPtr& expression) { return *expression == *wanted; });
}

}  // namespace

ExpressionPtr GroupedExpressions::rewrite(const ExpressionPtr& expression) const {
  for (size_t i = 0; i < groups_.keys.size(); ++i) {
    if (*groups_.keys[i] == *expression) return make_column(groups_.key_columns[i], expression->type());
  }
  if (contains(groups_.absent, expression))
    return make_cast(make_literal(Value()), expression->type().with_nullable(true), false, {});
  if (const auto* column = expression->try_as<ColumnReference>()) {
    if (is_subquery_column(column->index()) || OverCalls::call_of(column->index())) return expression;
    return rewrite_column(*column);
  }
  if (expression->children().empty()) return expression;
  std::vector<ExpressionPtr> children;
  for (const ExpressionPtr& child : expression->children()) children.push_back(rewrite(child));
  return with_children(*expression, std::move(children));
}

ExpressionPtr GroupedExpressions::rewrite_column(const ColumnReference& column) const {
  if (const auto* keys = groups_.groupings.call_of(column.index())) return grouping_value(*keys);
  const std::optional<size_t> call = groups_.calls.call_of(column.index());
  if (call) return make_column(groups_.call_columns[*call], column.type());
  refuse(column.index());
}

ExpressionPtr GroupedExpressions::grouping_value(const std::vector<ExpressionPtr>& keys) const {
  int64_t value = keys.empty() ? groups_.group_id : 0;
  for (const ExpressionPtr& key : keys) {
    const bool absent = contains(groups_.absent, key);
    if (!absent && !contains(groups_.keys, key)) {
      throw UserError(groups_.select, fmt::format("GROUPING takes keys of GROUP BY, and {} is none",
                                                  key->to_string(groups_.scope.names())));
    }
    value = value * 2 + (absent ? 1 : 0);
  }
  return make_literal(Value::big_int(value));
}

void GroupedExpressions::refuse(int32_t column) const {
  const auto known = groups_.locations.find(column);
  throw UserError(known != groups_.locations.end() ? known->second : groups_.select,
                  fmt::format("Column is neither grouped by nor in an aggregate: {}",
                              groups_.scope.names()[static_cast<size_t>(column)]),
                  "Add it to GROUP BY, or take one value of each group: MAX(…), MIN(…).");
}

}  // namespace tidemill
