// Expressions as written to typed expressions: names, literals and operators.
#include "sql/binder/expression_binder.h"

#include "expr/cast.h"
#include "sql/binder/literal.h"

namespace tidemill {
namespace {

std::string_view operator_name(ast::BinaryOperator op) {
  using enum ast::BinaryOperator;
  switch (op) {
    case kAdd:
      return "+";
    case kSubtract:
      return "-";
    case kMultiply:
      return "*";
    case kDivide:
      return "/";
    case kModulo:
      return "%";
    case kConcat:
      return "||";
    case kEqual:
      return "=";
    case kNotEqual:
      return "<>";
    case kLess:
      return "<";
    case kLessOrEqual:
      return "<=";
    case kGreater:
      return ">";
    case kGreaterOrEqual:
      return ">=";
    case kIsDistinctFrom:
      return "IS DISTINCT FROM";
    case kIsNotDistinctFrom:
      return "IS NOT DISTINCT FROM";
    case kOverlaps:
      return "OVERLAPS";
  }
  CHECK(false);
}

}  // namespace

void refuse_unsupported(SourceLocation location, std::string_view what) {
  throw UserError(location, fmt::format("{} is not supported yet", what));
}

ExpressionPtr ExpressionBinder::bind(const ast::Expression& expression) {
  using enum ast::ExpressionKind;
  const SourceLocation location = expression.location;
  switch (expression.kind) {
    case kLiteral:
      return make_literal(bind_literal(expression.as<ast::Literal>()));
    case kColumn:
      return bind_column(expression.as<ast::ColumnReference>());
    case kUnary:
      return bind_unary(expression.as<ast::Unary>());
    case kBinary:
      return bind_binary(expression.as<ast::Binary>());
    case kLogical:
      return bind_logical(expression.as<ast::Logical>());
    case kIs:
      return bind_is(expression.as<ast::Is>());
    case kBetween:
      return bind_between(expression.as<ast::Between>());
    case kLike:
      return bind_like(expression.as<ast::Like>());
    case kInList:
      return bind_in_list(expression.as<ast::InList>());
    case kCase:
      return bind_case(expression.as<ast::Case>());
    case kCast:
      return bind_cast(expression.as<ast::Cast>());
    case kFunction:
      return bind_call(expression.as<ast::FunctionCall>());
    case kSymbol:
      return make_literal(Value::characters(expression.as<ast::Symbol>().text));
    case kStar:
      throw UserError(location, "* stands alone in SELECT, or in COUNT(*)");
    case kInQuery:
      refuse_unsupported(location, "IN with a sub-query");
    case kQuantified:
      refuse_unsupported(location, "A comparison with ANY or ALL of a sub-query");
    case kExists:
      refuse_unsupported(location, "EXISTS");
    case kScalarQuery:
      refuse_unsupported(location, "A sub-query as a value");
    case kField:
      refuse_unsupported(location, "Access to a field of a row");
    case kItem:
      refuse_unsupported(location, "Access to an element by index");
    case kRow:
      refuse_unsupported(location, "A row as a value");
    case kArray:
      refuse_unsupported(location, "ARRAY");
    case kMap:
      refuse_unsupported(location, "MAP");
    case kTableArgument:
    case kDescriptor:
      throw UserError(location, "TABLE and DESCRIPTOR are arguments of table functions only");
  }
  CHECK(false);
}

ExpressionPtr ExpressionBinder::bind_condition(const ast::Expression& expression) {
  return as_condition(bind(expression), expression.location, clause_);
}

ExpressionPtr ExpressionBinder::as_condition(ExpressionPtr expression, SourceLocation location,
                                             std::string_view what) const {
  const Type& type = expression->type();
  if (type.kind == TypeKind::kNull) return make_cast(std::move(expression), Type::boolean(), false, location);
  if (type.kind != TypeKind::kBoolean) {
    throw UserError(location, fmt::format("{} needs a condition, not {}", what, type.to_string()),
                    "Compare it: x <> 0, s = 'yes', t IS NOT NULL.");
  }
  return expression;
}

ExpressionPtr ExpressionBinder::bind_column(const ast::ColumnReference& column) {
  if (column.parts.size() == 1) {
    const auto alias = aliases_.find(column.parts.front().name);
    if (alias != aliases_.end()) return alias->second;
  }
  const int32_t index = scope_.resolve(column);
  first_uses_.emplace(index, column.location);
  return make_column(index, scope_.schema()->field(index).type);
}

ExpressionPtr ExpressionBinder::bind_unary(const ast::Unary& unary) {
  if (unary.op == ast::UnaryOperator::kNot) {
    return make_not(as_condition(bind(*unary.operand), unary.operand->location, "NOT"));
  }
  const auto* literal = unary.operand->try_as<ast::Literal>();
  const bool is_number = literal != nullptr && (literal->literal == ast::LiteralKind::kExact ||
                                                literal->literal == ast::LiteralKind::kApproximate);
  const bool negative = unary.op == ast::UnaryOperator::kNegate;
  if (is_number) return make_literal(bind_literal(*literal, negative));
  return context_.functions.resolve(negative ? "-" : "+", {bind(*unary.operand)}, unary.location);
}

ExpressionPtr ExpressionBinder::bind_binary(const ast::Binary& binary) {
  if (binary.op == ast::BinaryOperator::kOverlaps) return bind_overlaps(binary);
  ExpressionPtr left = bind(*binary.left);
  ExpressionPtr right = bind(*binary.right);
  return context_.functions.resolve(operator_name(binary.op), {std::move(left), std::move(right)}, binary.location);
}

ExpressionPtr ExpressionBinder::bind_logical(const ast::Logical& logical) {
  const bool is_and = logical.op == ast::LogicalOperator::kAnd;
  std::vector<ExpressionPtr> operands;
  for (const ast::ExpressionPtr& operand : logical.operands) {
    operands.push_back(as_condition(bind(*operand), operand->location, is_and ? "AND" : "OR"));
  }
  return is_and ? make_and(std::move(operands)) : make_or(std::move(operands));
}

}  // namespace tidemill
