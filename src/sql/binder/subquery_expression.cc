// sql/binder/subquery_expression.cc - IN (SELECT …), ANY and ALL in expressions. Rule: a sub-query stands where its
// clause can join its rows, and is refused elsewhere.
#include "sql/binder/expression_binder.h"
#include "sql/binder/subquery.h"

namespace tidemill {

Subqueries& ExpressionBinder::subqueries(SourceLocation location, std::string_view what) {
  if (subqueries_ == nullptr) refuse_unsupported(location, fmt::format("{} in {}", what, clause_));
  if (inside_over_) refuse_unsupported(location, fmt::format("{} inside OVER", what));
  if (inside_aggregate_) refuse_unsupported(location, fmt::format("{} inside an aggregate function", what));
  return *subqueries_;
}

std::vector<ExpressionPtr> ExpressionBinder::bind_operands(const ast::Expression& expression) {
  std::vector<ExpressionPtr> operands;
  const auto* row = expression.try_as<ast::RowConstructor>();
  if (row == nullptr) return {bind(expression)};
  for (const ast::ExpressionPtr& element : row->elements) operands.push_back(bind(*element));
  return operands;
}

ExpressionPtr ExpressionBinder::bind_in_query(const ast::InQuery& in) {
  Subqueries& subqueries = this->subqueries(in.location, "IN with a sub-query");
  return subqueries.in(*in.query, in.negated, bind_operands(*in.operand), in.location);
}

bool is_membership(const ast::Quantified& quantified) {
  if (quantified.query == nullptr) return false;
  const bool any = quantified.quantifier == ast::Quantifier::kAny;
  return quantified.op == (any ? ast::BinaryOperator::kEqual : ast::BinaryOperator::kNotEqual);
}

// The comparison holds for one of the values (ANY), or for all of them.
ExpressionPtr ExpressionBinder::bind_quantified(const ast::Quantified& quantified) {
  const bool any = quantified.quantifier == ast::Quantifier::kAny;
  if (quantified.query != nullptr) {
    Subqueries& subqueries = this->subqueries(quantified.location, "A comparison with ANY or ALL of a sub-query");
    if (is_membership(quantified))
      return subqueries.in(*quantified.query, !any, bind_operands(*quantified.operand), quantified.location);
    return subqueries.quantified(quantified, bind(*quantified.operand));
  }
  const ExpressionPtr operand = bind(*quantified.operand);
  std::vector<ExpressionPtr> comparisons;
  for (const ast::ExpressionPtr& value : quantified.values) {
    comparisons.push_back(
        context_.functions.resolve(operator_name(quantified.op), {operand, bind(*value)}, quantified.location));
  }
  return any ? make_or(std::move(comparisons)) : make_and(std::move(comparisons));
}

}  // namespace tidemill
