// Expressions as written to typed expressions: names, literals and operators.
#include "sql/binder/expression_binder.h"

#include "expr/cast.h"
#include "sql/binder/literal.h"
#include "sql/binder/subquery.h"

namespace tidemill {

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
      return bind_in_query(expression.as<ast::InQuery>());
    case kQuantified:
      return bind_quantified(expression.as<ast::Quantified>());
    case kExists:
      return subqueries(location, "EXISTS").exists(expression.as<ast::Exists>());
    case kScalarQuery:
      return subqueries(location, "A sub-query").scalar(expression.as<ast::ScalarQuery>());
    case kField: {
      const auto& access = expression.as<ast::FieldAccess>();
      return bind_field(bind(*access.operand), access.field);
    }
    case kItem: {
      const auto& access = expression.as<ast::ItemAccess>();
      return context_.functions.resolve("[]", {bind(*access.operand), bind(*access.index)}, location);
    }
    case kRow:
      return bind_constructor("ROW", expression.as<ast::RowConstructor>().elements, location);
    case kArray:
      return bind_constructor("ARRAY", expression.as<ast::ArrayConstructor>().elements, location);
    case kMap:
      return bind_constructor("MAP", expression.as<ast::MapConstructor>().entries, location);
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
  if (pattern_ != nullptr) return bind_pattern_column(column);
  if (column.parts.size() == 1) {
    const auto alias = aliases_.find(column.parts.front().name);
    if (alias != aliases_.end()) return alias->second;
  }
  if (outer_ != nullptr && !scope_.has(column) && outer_->has(column)) return bind_outer_column(column);
  const Scope::Path path = scope_.resolve_path(column);
  first_uses_.emplace(path.column, column.location);
  return bind_path(make_column(path.column, scope_.schema()->field(path.column).type), path, column);
}

ExpressionPtr ExpressionBinder::bind_outer_column(const ast::ColumnReference& column) {
  const Scope::Path path = outer_->resolve_path(column);
  return bind_path(make_column(kOuterColumns + path.column, outer_->schema()->field(path.column).type), path, column);
}

// The parts of the name behind the column are fields of rows.
ExpressionPtr ExpressionBinder::bind_path(ExpressionPtr value, const Scope::Path& path,
                                          const ast::ColumnReference& column) {
  for (size_t i = path.used; i < column.parts.size(); ++i) value = bind_field(std::move(value), column.parts[i]);
  return value;
}

ExpressionPtr ExpressionBinder::bind_field(ExpressionPtr row, const ast::Identifier& field) {
  if (row->type().kind != TypeKind::kRow) {
    throw UserError(field.location, fmt::format("There is no field {}: {} is {}, not a ROW", field.name,
                                                row->to_string(scope_.names()), row->type().to_string()));
  }
  ExpressionPtr name = make_literal(Value::characters(field.name));
  return context_.functions.resolve(".", {std::move(row), std::move(name)}, field.location);
}

ExpressionPtr ExpressionBinder::bind_constructor(std::string_view name, const std::vector<ast::ExpressionPtr>& elements,
                                                 SourceLocation location) {
  if (elements.empty()) {
    throw UserError(location, fmt::format("{} has no elements, which would tell its type", name),
                    fmt::format("Write CAST(NULL AS {}<…>), or give it an element.", name));
  }
  std::vector<ExpressionPtr> arguments;
  for (const ast::ExpressionPtr& element : elements) arguments.push_back(bind(*element));
  return context_.functions.resolve(name, std::move(arguments), location);
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
