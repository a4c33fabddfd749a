// sql/binder/subquery.cc - sub-queries inside expressions.
#include "sql/binder/subquery.h"

#include <algorithm>

#include "expr/single_value.h"
#include "plan/join.h"
#include "plan/passes/keys.h"
#include "sql/binder/expression_binder.h"
#include "sql/binder/select_binder.h"

namespace tidemill {
namespace {

bool reads(const Expression& expression, bool (*wanted)(int32_t)) {
  return std::ranges::any_of(columns_of(expression), wanted);
}

// True where a row of the query around meets one row of the sub-query at most.
bool gives_one_row(const BoundSubquery& query) {
  std::vector<int32_t> fixed;
  for (const ExpressionPtr& condition : query.conditions) {
    const std::optional<OwnAndOuter> sides = own_and_outer(condition);
    const auto* column = sides ? sides->own->try_as<ColumnReference>() : nullptr;
    if (column != nullptr) fixed.push_back(column->index());
  }
  return hold_unique_key(fixed, *query.plan);
}

}  // namespace

ExpressionPtr replace_columns(const ExpressionPtr& expression,
                              const std::function<ExpressionPtr(const ColumnReference&)>& replace) {
  if (const auto* column = expression->try_as<ColumnReference>()) return replace(*column);
  if (expression->children().empty()) return expression;
  std::vector<ExpressionPtr> children;
  for (const ExpressionPtr& child : expression->children()) children.push_back(replace_columns(child, replace));
  return with_children(*expression, std::move(children));
}

bool reads_own(const Expression& expression) {
  return reads(expression, [](int32_t column) { return !is_outer_column(column); });
}
bool reads_outer(const Expression& expression) { return reads(expression, is_outer_column); }
bool reads_subquery(const Expression& expression) { return reads(expression, is_subquery_column); }

std::optional<OwnAndOuter> own_and_outer(const ExpressionPtr& condition) {
  const Call* call = equality_of(condition);
  if (call == nullptr) return std::nullopt;
  OwnAndOuter sides{call->child(0), call->child(1)};
  if (reads_outer(*sides.own)) std::swap(sides.own, sides.outer);
  if (reads_outer(*sides.own) || reads_own(*sides.outer)) return std::nullopt;
  return sides;
}

// Whatever is behind the SELECT (WITH, ORDER BY, LIMIT, UNION) would have to be done for each row around it.
BoundSubquery QueryBinder::bind_subquery(const ast::Query& query, const Scope& outer) {
  const bool plain = query.with.empty() && query.order_by.empty() && !query.limit && !query.offset;
  if (!plain || query.body->kind != ast::QueryBodyKind::kSelect) {
    PlanPtr plan = bind(query);
    const int32_t columns = plan->schema()->size();
    return {std::move(plan), columns, {}, false};
  }
  return SelectBinder(*this, query.body->as<ast::Select>()).bind_correlated(outer);
}

ExpressionPtr Subqueries::add(BoundSubquery query, int32_t value, SourceLocation location) {
  const Type type = query.plan->schema()->field(value).type.with_nullable(true);
  placed_.push_back({std::move(query), value, location});
  return make_column(kSubqueryColumns + static_cast<int32_t>(placed_.size()) - 1, type);
}

ExpressionPtr Subqueries::scalar(const ast::ScalarQuery& query) {
  BoundSubquery bound = queries_.bind_subquery(*query.query, scope_);
  if (bound.visible_columns != 1) {
    throw UserError(query.location,
                    fmt::format("A sub-query as a value has one column, and this has {}", bound.visible_columns));
  }
  if (!gives_one_row(bound)) return single_value(std::move(bound), query.location);
  const bool counts = bound.counts;
  ExpressionPtr value = add(std::move(bound), 0, query.location);
  if (!counts) return value;
  return queries_.context().functions.resolve("COALESCE", {value, make_literal(Value::big_int(0))}, query.location);
}

ExpressionPtr Subqueries::single_value(BoundSubquery query, SourceLocation location) {
  const Type type = query.plan->schema()->field(0).type;
  if (type.kind == TypeKind::kNull) return make_literal(Value::null(type));
  AggregateSpec spec;
  spec.function = make_single_value(type, location);
  spec.argument = make_column(0, type);
  spec.text = "SINGLE_VALUE(value)";
  return add_summary(std::move(query), {{std::move(spec)}, {"$value"}}, location).front();
}

ExpressionPtr Subqueries::mark(BoundSubquery query, SourceLocation location) {
  ExpressionPtr some = add_summary(std::move(query), {}, location).front();
  return queries_.context().functions.resolve("IS NOT NULL", {std::move(some)}, location);
}

ExpressionPtr Subqueries::exists(const ast::Exists& exists) {
  return mark(queries_.bind_subquery(*exists.query, scope_), exists.location);
}

BoundSubquery Subqueries::bind_in(const ast::Query& in, const std::vector<ExpressionPtr>& operands, bool null_aware,
                                  SourceLocation location) {
  BoundSubquery query = queries_.bind_subquery(in, scope_);
  if (static_cast<size_t>(query.visible_columns) != operands.size()) {
    throw UserError(location, fmt::format("IN compares {} columns with {} of the sub-query", operands.size(),
                                          query.visible_columns));
  }
  const FunctionRegistry& functions = queries_.context().functions;
  for (size_t i = 0; i < operands.size(); ++i) {
    const ExpressionPtr outer = replace_columns(operands[i], [](const ColumnReference& column) {
      return make_column(kOuterColumns + column.index(), column.type());
    });
    const auto column = static_cast<int32_t>(i);
    const ExpressionPtr inner = make_column(column, query.plan->schema()->field(column).type);
    std::vector<ExpressionPtr> either = {functions.resolve("=", {outer, inner}, location)};
    for (const ExpressionPtr& side : {outer, inner}) {
      if (null_aware && side->type().nullable) either.push_back(functions.resolve("IS NULL", {side}, location));
    }
    query.conditions.push_back(make_or(std::move(either)));
  }
  return query;
}

ExpressionPtr Subqueries::in(const ast::Query& in, bool negated, const std::vector<ExpressionPtr>& operands,
                             SourceLocation location) {
  BoundSubquery query = bind_in(in, operands, false, location);
  const bool may_be_unknown =
      std::ranges::any_of(query.conditions, [](const ExpressionPtr& condition) { return condition->type().nullable; });
  ExpressionPtr found = mark(std::move(query), location);
  if (may_be_unknown) {
    ExpressionPtr unknown = mark(bind_in(in, operands, true, location), location);
    found = queries_.context().functions.resolve(
        "CASE",
        {std::move(found), make_literal(Value::boolean(true)), std::move(unknown),
         make_literal(Value::null(Type::boolean())), make_literal(Value::boolean(false))},
        location);
  }
  return negated ? make_not(std::move(found)) : found;
}

}  // namespace tidemill
