// sql/binder/quantified.cc - x > ANY (SELECT …), x > ALL (SELECT …). Rule: the least and the greatest of the values
// decide, and whether there is one, and whether one is NULL (after Calcite's SubQueryRemoveRule).
#include <algorithm>

#include "plan/aggregate.h"
#include "plan/join.h"
#include "sql/binder/expression_binder.h"
#include "sql/binder/subquery.h"

namespace tidemill {

ExpressionPtr Subqueries::quantified(const ast::Quantified& quantified, const ExpressionPtr& operand) {
  const SourceLocation location = quantified.location;
  const FunctionRegistry& functions = queries_.context().functions;
  const bool any = quantified.quantifier == ast::Quantifier::kAny;
  BoundSubquery query = queries_.bind_subquery(*quantified.query, scope_);
  if (query.visible_columns != 1) {
    throw UserError(location, fmt::format("A comparison with {} takes a sub-query of one column, and this has {}",
                                          any ? "ANY" : "ALL", query.visible_columns));
  }
  const bool correlated = !query.conditions.empty();
  const ExpressionPtr value = make_column(0, query.plan->schema()->field(0).type);
  RowSummary summary;
  const auto add_aggregate = [&](const std::string& name, std::vector<ExpressionPtr> arguments, std::string text,
                                 std::string column) {
    AggregateCall call = functions.resolve_aggregate(name, std::move(arguments), location);
    AggregateSpec spec;
    spec.function = std::move(call.function);
    spec.argument = std::move(call.argument);
    spec.text = std::move(text);
    summary.aggregates.push_back(std::move(spec));
    summary.names.push_back(std::move(column));
  };
  add_aggregate("MIN", {value}, "MIN(value)", "$least");
  add_aggregate("MAX", {value}, "MAX(value)", "$greatest");
  add_aggregate("COUNT", {}, "COUNT(*)", "$rows");
  add_aggregate("COUNT", {value}, "COUNT(value)", "$values");
  const std::vector<ExpressionPtr> columns = add_summary(std::move(query), std::move(summary), location);
  const ExpressionPtr &least = columns[0], &greatest = columns[1], &rows = columns[2], &values = columns[3];

  const auto compare = [&](const ExpressionPtr& with) {
    return functions.resolve(operator_name(quantified.op), {operand, with}, location);
  };
  ExpressionPtr holds;
  switch (quantified.op) {
    case ast::BinaryOperator::kGreater:
    case ast::BinaryOperator::kGreaterOrEqual:
      holds = compare(any ? least : greatest);
      break;
    case ast::BinaryOperator::kLess:
    case ast::BinaryOperator::kLessOrEqual:
      holds = compare(any ? greatest : least);
      break;
    default:  // <> ANY, = ALL
      holds = any ? make_or({compare(least), compare(greatest)}) : make_and({compare(least), compare(greatest)});
  }
  const ExpressionPtr unknown = make_literal(Value::null(Type::boolean()));
  const ExpressionPtr no = make_literal(Value::boolean(false));
  const ExpressionPtr yes = make_literal(Value::boolean(true));
  const ExpressionPtr none = functions.resolve("IS NULL", {rows}, location);
  const ExpressionPtr zero = functions.resolve("=", {rows, make_literal(Value::big_int(0))}, location);
  const ExpressionPtr some_null = functions.resolve(">", {rows, values}, location);
  // As long as an aggregate without GROUP BY has had no row it gives none, as in Flink: ALL is then not known yet. Of
  // rows that fit one around it there are then none.
  if (any) return functions.resolve("CASE", {none, no, zero, no, holds, yes, some_null, unknown, holds}, location);
  return functions.resolve(
      "CASE", {none, correlated ? yes : unknown, zero, yes, make_not(holds), no, some_null, unknown, holds}, location);
}

}  // namespace tidemill
