// sql/binder/quantified.cc - x > ANY (SELECT …), x > ALL (SELECT …). Rule: the least and the greatest of the values
// decide, and whether there is one, and whether one is NULL (after Calcite's SubQueryRemoveRule).
#include <algorithm>

#include "plan/aggregate.h"
#include "plan/join.h"
#include "sql/binder/expression_binder.h"
#include "sql/binder/subquery.h"

namespace tidemill {
namespace {

bool reads_own(const Expression& expression) {
  return std::ranges::any_of(columns_of(expression), [](int32_t column) { return !is_outer_column(column); });
}

// Makes own = outer of each condition own key columns of the aggregate; returns which columns they were.
std::vector<int32_t> take_keys(BoundSubquery& query, SourceLocation location) {
  std::vector<int32_t> keys;
  for (ExpressionPtr& condition : query.conditions) {
    const Call* call = equality_of(condition);
    ExpressionPtr own, outer;
    if (call != nullptr) {
      own = call->child(0), outer = call->child(1);
      if (reads_outer(*own)) std::swap(own, outer);
    }
    const auto* column = own == nullptr ? nullptr : own->try_as<ColumnReference>();
    if (column == nullptr || is_outer_column(column->index()) || reads_own(*outer)) {
      refuse_unsupported(location, "ANY of a sub-query that reads the query around it in another way than own = outer");
    }
    condition = with_children(*call, {outer, make_column(static_cast<int32_t>(keys.size()), own->type())});
    keys.push_back(column->index());
  }
  return keys;
}

}  // namespace

ExpressionPtr Subqueries::quantified(const ast::Quantified& quantified, const ExpressionPtr& operand) {
  const SourceLocation location = quantified.location;
  const FunctionRegistry& functions = queries_.context().functions;
  const bool any = quantified.quantifier == ast::Quantifier::kAny;
  BoundSubquery query = queries_.bind_subquery(*quantified.query, scope_);
  if (query.visible_columns != 1) {
    throw UserError(location, fmt::format("A comparison with {} takes a sub-query of one column, and this has {}",
                                          any ? "ANY" : "ALL", query.visible_columns));
  }
  if (!any && !query.conditions.empty())
    refuse_unsupported(location, "ALL of a sub-query that reads the query around it");
  const std::vector<int32_t> keys = take_keys(query, location);
  const ExpressionPtr value = make_column(0, query.plan->schema()->field(0).type);
  std::vector<AggregateSpec> aggregates;
  const auto add_aggregate = [&](const std::string& name, std::vector<ExpressionPtr> arguments, std::string text) {
    AggregateCall call = functions.resolve_aggregate(name, std::move(arguments), location);
    AggregateSpec spec;
    spec.function = std::move(call.function);
    spec.argument = std::move(call.argument);
    spec.text = std::move(text);
    aggregates.push_back(std::move(spec));
  };
  add_aggregate("MIN", {value}, "MIN(value)");
  add_aggregate("MAX", {value}, "MAX(value)");
  add_aggregate("COUNT", {}, "COUNT(*)");
  add_aggregate("COUNT", {value}, "COUNT(value)");
  query.plan = make_aggregate(query.plan, keys, std::move(aggregates), {"$least", "$greatest", "$rows", "$values"});
  const auto first = static_cast<int32_t>(keys.size());
  const ExpressionPtr least = add(std::move(query), first, location);
  const ExpressionPtr greatest = add_column(first + 1);
  const ExpressionPtr rows = add_column(first + 2);
  const ExpressionPtr values = add_column(first + 3);

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
  // As long as an aggregate without GROUP BY has had no row it gives none, as in Flink: ALL is then not known yet.
  if (any) return functions.resolve("CASE", {none, no, zero, no, holds, yes, some_null, unknown, holds}, location);
  return functions.resolve("CASE", {none, unknown, zero, yes, make_not(holds), no, some_null, unknown, holds},
                           location);
}

}  // namespace tidemill
