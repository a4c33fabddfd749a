// sql/binder/subquery.cc - sub-queries inside expressions.
#include "sql/binder/subquery.h"

#include <algorithm>
#include <numeric>

#include "plan/aggregate.h"
#include "plan/calc.h"
#include "plan/join_recognition.h"
#include "plan/passes/keys.h"
#include "sql/binder/expression_binder.h"
#include "sql/binder/select_binder.h"

namespace tidemill {
namespace {

bool reads(const Expression& expression, bool (*wanted)(int32_t)) {
  return std::ranges::any_of(columns_of(expression), wanted);
}

// Returns `expression` with each column replaced by what `replace` gives.
ExpressionPtr replace_columns(const ExpressionPtr& expression,
                              const std::function<ExpressionPtr(const ColumnReference&)>& replace) {
  if (const auto* column = expression->try_as<ColumnReference>()) return replace(*column);
  if (expression->children().empty()) return expression;
  std::vector<ExpressionPtr> children;
  for (const ExpressionPtr& child : expression->children()) children.push_back(replace_columns(child, replace));
  return with_children(*expression, std::move(children));
}

// The conditions of a sub-query over the columns of `plan` and, behind them, its own.
std::vector<ExpressionPtr> join_conditions(const BoundSubquery& query, int32_t plan_columns,
                                           const Subqueries::OuterColumn& outer) {
  std::vector<ExpressionPtr> conditions;
  for (const ExpressionPtr& condition : query.conditions) {
    conditions.push_back(replace_columns(condition, [&](const ColumnReference& column) {
      if (!is_outer_column(column.index())) return make_column(plan_columns + column.index(), column.type());
      return outer(make_column(column.index() - kOuterColumns, column.type()));
    }));
  }
  return conditions;
}

ExpressionPtr same_column(const ExpressionPtr& column) { return column; }

PlanPtr join_subquery(const PlanPtr& plan, const BoundSubquery& query, JoinType type,
                      const Subqueries::OuterColumn& outer, SourceLocation location) {
  const std::vector<ExpressionPtr> conditions = join_conditions(query, plan->schema()->size(), outer);
  const PlanPtr join = make_join(plan, query.plan, type, conjunction_of(conditions), RegularMatch{}, location);
  return recognize_join(join->as<JoinNode>());
}

// True where a row of the query around meets one row of the sub-query at most.
bool gives_one_row(const BoundSubquery& query) {
  std::vector<int32_t> fixed;
  for (const ExpressionPtr& condition : query.conditions) {
    const Call* call = equality_of(condition);
    if (call == nullptr) continue;
    for (const ExpressionPtr& side : call->children()) {
      const auto* column = side->try_as<ColumnReference>();
      if (column != nullptr && !is_outer_column(column->index())) fixed.push_back(column->index());
    }
  }
  return hold_unique_key(fixed, *query.plan);
}

}  // namespace

std::vector<ExpressionPtr> conditions_over_both(const BoundSubquery& query, int32_t outer_columns) {
  return join_conditions(query, outer_columns, same_column);
}

bool reads_outer(const Expression& expression) { return reads(expression, is_outer_column); }
bool reads_subquery(const Expression& expression) { return reads(expression, is_subquery_column); }

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

ExpressionPtr Subqueries::add_column(int32_t value) {
  const Placed& last = placed_.back();
  const int32_t of = last.of >= 0 ? last.of : static_cast<int32_t>(placed_.size()) - 1;
  const Type type = placed_[static_cast<size_t>(of)].query.plan->schema()->field(value).type.with_nullable(true);
  placed_.push_back({{}, value, last.location, of});
  return make_column(kSubqueryColumns + static_cast<int32_t>(placed_.size()) - 1, type);
}

ExpressionPtr Subqueries::scalar(const ast::ScalarQuery& query) {
  BoundSubquery bound = queries_.bind_subquery(*query.query, scope_);
  if (bound.visible_columns != 1) {
    throw UserError(query.location,
                    fmt::format("A sub-query as a value has one column, and this has {}", bound.visible_columns));
  }
  if (!gives_one_row(bound)) {
    throw UserError(query.location, "A sub-query as a value must give one row at most, and this one may give several",
                    "Aggregate it (MAX(…), COUNT(*)), or read a table whose primary key WHERE fixes.");
  }
  const bool counts = bound.counts;
  ExpressionPtr value = add(std::move(bound), 0, query.location);
  if (!counts) return value;
  return queries_.context().functions.resolve("COALESCE", {value, make_literal(Value::big_int(0))}, query.location);
}

ExpressionPtr Subqueries::mark(BoundSubquery query, SourceLocation location) {
  // Only what the conditions read makes rows differ.
  std::vector<int32_t> columns;
  for (const ExpressionPtr& condition : query.conditions) {
    for (const int32_t column : columns_of(*condition))
      if (!is_outer_column(column)) columns.push_back(column);
  }
  std::ranges::sort(columns);
  columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
  std::vector<int32_t> places(static_cast<size_t>(query.plan->schema()->size()), -1);
  std::vector<int32_t> keys;
  for (const int32_t column : columns) {
    places[static_cast<size_t>(column)] = static_cast<int32_t>(keys.size());
    keys.push_back(static_cast<int32_t>(keys.size()));
  }
  for (ExpressionPtr& condition : query.conditions) {
    condition = replace_columns(condition, [&](const ColumnReference& column) {
      const int32_t place =
          is_outer_column(column.index()) ? column.index() : places[static_cast<size_t>(column.index())];
      return make_column(place, column.type());
    });
  }
  PlanPtr distinct = make_aggregate(make_column_project(query.plan, columns), keys, {}, {});
  std::vector<ExpressionPtr> projections = column_references(*distinct->schema());
  std::vector<std::string> names = distinct->schema()->names();
  projections.push_back(make_literal(Value::boolean(true)));
  names.emplace_back("$mark");
  query.plan = make_project(std::move(distinct), std::move(projections), std::move(names));
  const auto value = static_cast<int32_t>(keys.size());
  const ExpressionPtr column = add(std::move(query), value, location);
  return queries_.context().functions.resolve("IS NOT NULL", {column}, location);
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
  for (const ExpressionPtr& condition : query.conditions) {
    if (condition->type().nullable)
      refuse_unsupported(location, "IN with a sub-query as a value, over columns that may be NULL,");
  }
  ExpressionPtr found = mark(std::move(query), location);
  return negated ? make_not(std::move(found)) : found;
}

PlanPtr Subqueries::place(PlanPtr plan, std::vector<ExpressionPtr*> expressions, const OuterColumn& outer) const {
  std::vector<int32_t> columns(placed_.size(), -1);
  std::vector<int32_t> first_columns(placed_.size(), -1);  // of the sub-queries that were joined
  for (size_t i = 0; i < placed_.size(); ++i) {
    const int32_t stand_in = kSubqueryColumns + static_cast<int32_t>(i);
    const bool read = std::ranges::any_of(expressions, [&](const ExpressionPtr* expression) {
      const std::vector<int32_t> of_expression = columns_of(**expression);
      return std::ranges::find(of_expression, stand_in) != of_expression.end();
    });
    if (!read) continue;
    const size_t of = placed_[i].of >= 0 ? static_cast<size_t>(placed_[i].of) : i;
    if (first_columns[of] < 0) {
      first_columns[of] = plan->schema()->size();
      plan = join_subquery(plan, placed_[of].query, JoinType::kLeft, outer, placed_[of].location);
    }
    columns[i] = first_columns[of] + placed_[i].value;
  }
  for (ExpressionPtr* expression : expressions) {
    *expression = replace_columns(*expression, [&](const ColumnReference& column) {
      if (!is_subquery_column(column.index())) return make_column(column.index(), column.type());
      return make_column(columns[static_cast<size_t>(column.index() - kSubqueryColumns)], column.type());
    });
  }
  return plan;
}

PlanPtr Subqueries::filter(PlanPtr plan, const ast::Exists& exists, bool negated) {
  const BoundSubquery query = queries_.bind_subquery(*exists.query, scope_);
  return join_subquery(plan, query, negated ? JoinType::kAnti : JoinType::kSemi, same_column, exists.location);
}

PlanPtr Subqueries::filter(PlanPtr plan, const ast::Query& in, const std::vector<ExpressionPtr>& operands, bool negated,
                           SourceLocation location) {
  const BoundSubquery query = bind_in(in, operands, negated, location);
  return join_subquery(plan, query, negated ? JoinType::kAnti : JoinType::kSemi, same_column, location);
}

}  // namespace tidemill
