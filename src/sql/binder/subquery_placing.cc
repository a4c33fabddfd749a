// sql/binder/subquery_placing.cc - the rows of sub-queries joined to those around them. Rule: a clause's expressions
// read the values that come out of the join; conditions that are sub-queries alone keep or drop rows.
#include <algorithm>

#include "plan/calc.h"
#include "plan/join_recognition.h"
#include "sql/binder/expression_binder.h"
#include "sql/binder/subquery.h"

namespace tidemill {
namespace {

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

bool reads_column(const Expression& expression, int32_t column) {
  const std::vector<int32_t> columns = columns_of(expression);
  return std::ranges::find(columns, column) != columns.end();
}

// True for [NOT] EXISTS, [NOT] IN (SELECT …), = ANY: rows are kept or dropped as a whole.
bool is_subquery_condition(const ast::Expression& condition) {
  if (condition.kind == ast::ExpressionKind::kExists || condition.kind == ast::ExpressionKind::kInQuery) return true;
  if (const auto* quantified = condition.try_as<ast::Quantified>()) return is_membership(*quantified);
  const auto* unary = condition.try_as<ast::Unary>();
  return unary != nullptr && unary->op == ast::UnaryOperator::kNot && is_subquery_condition(*unary->operand);
}

}  // namespace

std::vector<ExpressionPtr> conditions_over_both(const BoundSubquery& query, int32_t outer_columns) {
  return join_conditions(query, outer_columns, same_column);
}

WrittenConjuncts written_conjuncts(const ast::Expression& condition) {
  WrittenConjuncts conjuncts;
  const auto add = [&](const ast::Expression& conjunct) {
    (is_subquery_condition(conjunct) ? conjuncts.on_subqueries : conjuncts.on_rows).push_back(&conjunct);
  };
  const auto* logical = condition.try_as<ast::Logical>();
  if (logical == nullptr || logical->op != ast::LogicalOperator::kAnd) {
    add(condition);
  } else {
    for (const ast::ExpressionPtr& operand : logical->operands) add(*operand);
  }
  return conjuncts;
}

bool Subqueries::is_read(size_t placed, const std::vector<ExpressionPtr*>& expressions) const {
  const int32_t stand_in = kSubqueryColumns + static_cast<int32_t>(placed);
  return std::ranges::any_of(expressions,
                             [&](const ExpressionPtr* expression) { return reads_column(**expression, stand_in); });
}

PlanPtr Subqueries::join_placed(const PlanPtr& plan, const Placed& placed, const OuterColumn& outer) const {
  if (placed.summary) return join_summary(plan, placed, queries_.context().functions, outer);
  return join_subquery(plan, placed.query, JoinType::kLeft, outer, placed.location);
}

PlanPtr Subqueries::place(PlanPtr plan, std::vector<ExpressionPtr*> expressions, const OuterColumn& outer) const {
  std::vector<int32_t> columns(placed_.size(), -1);
  std::vector<int32_t> first_columns(placed_.size(), -1);  // of the sub-queries that were joined
  for (size_t i = 0; i < placed_.size(); ++i) {
    if (!is_read(i, expressions)) continue;
    const size_t of = owner(i);
    if (first_columns[of] < 0) {
      first_columns[of] = plan->schema()->size();
      plan = join_placed(plan, placed_[of], outer);
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

bool Subqueries::reads_left(const Placed& placed, int32_t left_columns) {
  bool left = false;
  bool right = false;
  for (const ExpressionPtr& condition : placed.query.conditions) {
    for (const int32_t column : columns_of(*condition)) {
      if (is_outer_column(column)) (column - kOuterColumns < left_columns ? left : right) = true;
    }
  }
  if (left && right) {
    throw UserError(placed.location, "A sub-query in ON of an outer join reads columns of both sides",
                    "Let it read one side only, or join its rows before.");
  }
  return left;
}

void Subqueries::place(PlanPtr& left, PlanPtr& right, std::vector<ExpressionPtr*> conditions) const {
  const int32_t left_columns = left->schema()->size();
  std::vector<std::pair<bool, int32_t>> columns(placed_.size());  // of the left side? which one of it?
  std::vector<int32_t> first_columns(placed_.size(), -1);
  for (size_t i = 0; i < placed_.size(); ++i) {
    if (!is_read(i, conditions)) continue;
    const size_t of = owner(i);
    const bool of_left = reads_left(placed_[of], left_columns);
    PlanPtr& side = of_left ? left : right;
    if (first_columns[of] < 0) {
      first_columns[of] = side->schema()->size();
      side = join_placed(side, placed_[of], [&](const ExpressionPtr& column) {
        const int32_t number = column->as<ColumnReference>().index();
        return make_column(of_left ? number : number - left_columns, column->type());
      });
    }
    columns[i] = {of_left, first_columns[of] + placed_[i].value};
  }
  const int32_t moved = left->schema()->size();
  for (ExpressionPtr* condition : conditions) {
    *condition = replace_columns(*condition, [&](const ColumnReference& column) {
      const int32_t number = column.index();
      if (is_subquery_column(number)) {
        const auto [of_left, place] = columns[static_cast<size_t>(number - kSubqueryColumns)];
        return make_column(of_left ? place : moved + place, column.type());
      }
      return make_column(number < left_columns ? number : number - left_columns + moved, column.type());
    });
  }
}

PlanPtr Subqueries::filter(PlanPtr plan, std::vector<ExpressionPtr> conditions) const {
  if (conditions.empty()) return plan;
  std::vector<ExpressionPtr*> places;
  for (ExpressionPtr& condition : conditions) places.push_back(&condition);
  plan = place(std::move(plan), places, same_column);
  return make_filter(std::move(plan), make_and(std::move(conditions)));
}

PlanPtr Subqueries::filter(PlanPtr plan, const ast::Expression& condition, ExpressionBinder& binder, bool negated) {
  if (const auto* exists = condition.try_as<ast::Exists>()) {
    const BoundSubquery query = queries_.bind_subquery(*exists->query, scope_);
    return join_subquery(plan, query, negated ? JoinType::kAnti : JoinType::kSemi, same_column, exists->location);
  }
  if (const auto* in = condition.try_as<ast::InQuery>())
    return filter_in(plan, *in->query, binder.bind_operands(*in->operand), in->negated != negated, in->location);
  if (const auto* quantified = condition.try_as<ast::Quantified>()) {
    const bool all = quantified->quantifier == ast::Quantifier::kAll;
    return filter_in(plan, *quantified->query, binder.bind_operands(*quantified->operand), all != negated,
                     quantified->location);
  }
  return filter(std::move(plan), *condition.as<ast::Unary>().operand, binder, !negated);
}

PlanPtr Subqueries::filter_in(const PlanPtr& plan, const ast::Query& in, const std::vector<ExpressionPtr>& operands,
                              bool negated, SourceLocation location) {
  const BoundSubquery query = bind_in(in, operands, negated, location);
  return join_subquery(plan, query, negated ? JoinType::kAnti : JoinType::kSemi, same_column, location);
}

}  // namespace tidemill
