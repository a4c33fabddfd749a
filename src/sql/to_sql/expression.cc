// sql/to_sql/expression.cc - expressions as SQL. Rule: parentheses stand wherever leaving them out would change the
// tree, and around predicates in predicates.
#include <fmt/format.h>

#include "sql/precedence.h"
#include "sql/to_sql.h"
#include "sql/to_sql/sql_writer.h"

namespace tidemill {
namespace {

using ast::BinaryOperator;
using ast::ExpressionKind;

constexpr int kOperandOfPredicate = kPrecedenceRange + 1;  // parentheses around a comparison within a comparison

struct BinaryText {
  std::string_view text;
  int precedence;
};

BinaryText binary_text(BinaryOperator op) {
  switch (op) {
    case BinaryOperator::kAdd:
      return {"+", kPrecedenceAdditive};
    case BinaryOperator::kSubtract:
      return {"-", kPrecedenceAdditive};
    case BinaryOperator::kMultiply:
      return {"*", kPrecedenceMultiplicative};
    case BinaryOperator::kDivide:
      return {"/", kPrecedenceMultiplicative};
    case BinaryOperator::kModulo:
      return {"%", kPrecedenceMultiplicative};
    case BinaryOperator::kConcat:
      return {"||", kPrecedenceMultiplicative};
    case BinaryOperator::kEqual:
      return {"=", kPrecedenceComparison};
    case BinaryOperator::kNotEqual:
      return {"<>", kPrecedenceComparison};
    case BinaryOperator::kLess:
      return {"<", kPrecedenceComparison};
    case BinaryOperator::kLessOrEqual:
      return {"<=", kPrecedenceComparison};
    case BinaryOperator::kGreater:
      return {">", kPrecedenceComparison};
    case BinaryOperator::kGreaterOrEqual:
      return {">=", kPrecedenceComparison};
    case BinaryOperator::kIsDistinctFrom:
      return {"IS DISTINCT FROM", kPrecedenceComparison};
    case BinaryOperator::kIsNotDistinctFrom:
      return {"IS NOT DISTINCT FROM", kPrecedenceComparison};
    case BinaryOperator::kOverlaps:
      return {"OVERLAPS", kPrecedenceComparison};
  }
  return {};
}

int precedence_of(const ast::Expression& expression) {
  switch (expression.kind) {
    case ExpressionKind::kBinary:
      return binary_text(expression.as<ast::Binary>().op).precedence;
    case ExpressionKind::kLogical:
      return expression.as<ast::Logical>().op == ast::LogicalOperator::kAnd ? kPrecedenceAnd : kPrecedenceOr;
    case ExpressionKind::kUnary:
      return expression.as<ast::Unary>().op == ast::UnaryOperator::kNot ? kPrecedenceNot : kPrecedenceUnary;
    case ExpressionKind::kIs:
      return kPrecedenceIs;
    case ExpressionKind::kBetween:
    case ExpressionKind::kLike:
    case ExpressionKind::kInList:
    case ExpressionKind::kInQuery:
      return kPrecedenceRange;
    case ExpressionKind::kQuantified:
      return kPrecedenceComparison;
    default:
      return kPrecedencePrimary;
  }
}

std::string_view is_test_text(ast::IsTest test) {
  switch (test) {
    case ast::IsTest::kNull:
      return "NULL";
    case ast::IsTest::kTrue:
      return "TRUE";
    case ast::IsTest::kFalse:
      return "FALSE";
    case ast::IsTest::kUnknown:
      return "UNKNOWN";
    case ast::IsTest::kJson:
      return "JSON";
    case ast::IsTest::kJsonValue:
      return "JSON VALUE";
    case ast::IsTest::kJsonObject:
      return "JSON OBJECT";
    case ast::IsTest::kJsonArray:
      return "JSON ARRAY";
    case ast::IsTest::kJsonScalar:
      return "JSON SCALAR";
  }
  return "";
}

std::string hexadecimal(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) text += fmt::format("{:02X}", static_cast<uint8_t>(c));
  return text;
}

}  // namespace

void SqlWriter::write(const ast::Expression& expression, int precedence) {
  const bool parentheses = precedence_of(expression) < precedence;
  if (parentheses) text_ += '(';
  switch (expression.kind) {
    case ExpressionKind::kLiteral:
      write_literal(expression.as<ast::Literal>());
      break;
    case ExpressionKind::kColumn:
      write(ast::QualifiedName{expression.as<ast::ColumnReference>().parts});
      break;
    case ExpressionKind::kStar:
      for (const ast::Identifier& part : expression.as<ast::Star>().qualifier) write(part), text_ += '.';
      text_ += '*';
      break;
    case ExpressionKind::kUnary:
      write_unary(expression.as<ast::Unary>());
      break;
    case ExpressionKind::kBinary:
    case ExpressionKind::kLogical:
    case ExpressionKind::kIs:
    case ExpressionKind::kBetween:
    case ExpressionKind::kLike:
    case ExpressionKind::kInList:
    case ExpressionKind::kInQuery:
    case ExpressionKind::kQuantified:
      write_predicate(expression);
      break;
    case ExpressionKind::kExists:
    case ExpressionKind::kScalarQuery:
    case ExpressionKind::kCase:
    case ExpressionKind::kCast:
      write_conditional(expression);
      break;
    case ExpressionKind::kFunction:
      write_call(expression.as<ast::FunctionCall>());
      break;
    case ExpressionKind::kTableArgument:
      write_table_argument(expression.as<ast::TableArgument>());
      break;
    case ExpressionKind::kDescriptor:
      text_ += "DESCRIPTOR";
      write_names(expression.as<ast::Descriptor>().columns);
      break;
    case ExpressionKind::kSymbol:
      text_ += expression.as<ast::Symbol>().text;
      break;
    case ExpressionKind::kField:
    case ExpressionKind::kItem:
    case ExpressionKind::kRow:
    case ExpressionKind::kArray:
    case ExpressionKind::kMap:
      write_constructor(expression);
      break;
  }
  if (parentheses) text_ += ')';
}

void SqlWriter::write_literal(const ast::Literal& literal) {
  switch (literal.literal) {
    case ast::LiteralKind::kNull:
      text_ += "NULL";
      return;
    case ast::LiteralKind::kTrue:
      text_ += "TRUE";
      return;
    case ast::LiteralKind::kFalse:
      text_ += "FALSE";
      return;
    case ast::LiteralKind::kUnknown:
      text_ += "UNKNOWN";
      return;
    case ast::LiteralKind::kExact:
      text_ += literal.text;
      return;
    case ast::LiteralKind::kApproximate:
      for (const char c : literal.text) text_ += c == 'e' ? 'E' : c;
      return;
    case ast::LiteralKind::kBinary:
      text_ += fmt::format("X'{}'", hexadecimal(literal.text));
      return;
    case ast::LiteralKind::kString:
      break;
    case ast::LiteralKind::kDate:
      text_ += "DATE ";
      break;
    case ast::LiteralKind::kTime:
      text_ += "TIME ";
      break;
    case ast::LiteralKind::kTimestamp:
      text_ += "TIMESTAMP ";
      break;
    case ast::LiteralKind::kTimestampLtz:
      text_ += "TIMESTAMP WITH LOCAL TIME ZONE ";
      break;
    case ast::LiteralKind::kInterval:
      text_ += literal.negative ? "INTERVAL -" : "INTERVAL ";
      break;
  }
  string(literal.text);
  if (literal.interval) {
    text_ += ' ';
    write(*literal.interval);
  }
}

void SqlWriter::write_unary(const ast::Unary& node) {
  if (node.op == ast::UnaryOperator::kNot) {
    text_ += "NOT ";
    return write(*node.operand, kPrecedenceUnary);
  }
  text_ += node.op == ast::UnaryOperator::kNegate ? '-' : '+';
  write(*node.operand, kPrecedencePrimary);  // -(-a): two signs side by side would start a comment
}

void SqlWriter::write_predicate(const ast::Expression& expression) {
  const auto negation = [](bool negated) { return negated ? " NOT" : ""; };
  if (const auto* binary = expression.try_as<ast::Binary>()) {
    const auto [text, precedence] = binary_text(binary->op);
    const bool comparison = precedence == kPrecedenceComparison;
    write(*binary->left, comparison ? kOperandOfPredicate : precedence);
    text_ += fmt::format(" {} ", text);
    write(*binary->right, comparison ? kOperandOfPredicate : precedence + 1);
  } else if (const auto* logical = expression.try_as<ast::Logical>()) {
    const bool is_and = logical->op == ast::LogicalOperator::kAnd;
    bool first = true;
    for (const ast::ExpressionPtr& operand : logical->operands) {
      if (!first) text_ += is_and ? " AND " : " OR ";
      first = false;
      write(*operand, (is_and ? kPrecedenceAnd : kPrecedenceOr) + 1);
    }
  } else if (const auto* is = expression.try_as<ast::Is>()) {
    write(*is->operand, kOperandOfPredicate);
    text_ += fmt::format(" IS{} {}", negation(is->negated), is_test_text(is->test));
  } else if (const auto* between = expression.try_as<ast::Between>()) {
    write(*between->operand, kOperandOfPredicate);
    text_ += fmt::format("{} BETWEEN {}", negation(between->negated), between->symmetric ? "SYMMETRIC " : "");
    write(*between->lower, kOperandOfPredicate);
    text_ += " AND ";
    write(*between->upper, kOperandOfPredicate);
  } else if (const auto* like = expression.try_as<ast::Like>()) {
    write(*like->operand, kOperandOfPredicate);
    text_ += fmt::format("{} {} ", negation(like->negated), like->similar ? "SIMILAR TO" : "LIKE");
    write(*like->pattern, kOperandOfPredicate);
    if (like->escape != nullptr) {
      text_ += " ESCAPE ";
      write(*like->escape, kOperandOfPredicate);
    }
  } else if (const auto* in_list = expression.try_as<ast::InList>()) {
    write(*in_list->operand, kOperandOfPredicate);
    text_ += fmt::format("{} IN (", negation(in_list->negated));
    list(in_list->values);
    text_ += ')';
  } else if (const auto* in_query = expression.try_as<ast::InQuery>()) {
    write(*in_query->operand, kOperandOfPredicate);
    text_ += fmt::format("{} IN (", negation(in_query->negated));
    write(*in_query->query);
    text_ += ')';
  } else {
    const auto& quantified = expression.as<ast::Quantified>();
    write(*quantified.operand, kOperandOfPredicate);
    text_ += fmt::format(" {} {} (", binary_text(quantified.op).text,
                         quantified.quantifier == ast::Quantifier::kAll ? "ALL" : "ANY");
    if (quantified.query != nullptr) write(*quantified.query);
    list(quantified.values);
    text_ += ')';
  }
}

// EXISTS, a scalar query, CASE and CAST.
void SqlWriter::write_conditional(const ast::Expression& expression) {
  if (const auto* exists = expression.try_as<ast::Exists>()) {
    text_ += "EXISTS (";
    write(*exists->query);
    text_ += ')';
  } else if (const auto* query = expression.try_as<ast::ScalarQuery>()) {
    text_ += '(';
    write(*query->query);
    text_ += ')';
  } else if (const auto* cast = expression.try_as<ast::Cast>()) {
    text_ += cast->is_try ? "TRY_CAST(" : "CAST(";
    write(*cast->operand);
    text_ += " AS ";
    write(cast->type);
    text_ += ')';
  } else {
    const auto& node = expression.as<ast::Case>();
    text_ += "CASE";
    if (node.operand != nullptr) {
      text_ += ' ';
      write(*node.operand);
    }
    for (const ast::CaseBranch& branch : node.branches) {
      text_ += " WHEN ";
      list(branch.conditions);
      text_ += " THEN ";
      write(*branch.result);
    }
    if (node.otherwise != nullptr) {
      text_ += " ELSE ";
      write(*node.otherwise);
    }
    text_ += " END";
  }
}

// Writes what [index] or .field stands behind.
void SqlWriter::write_access(const ast::Expression& operand) {
  const bool plain = operand.kind == ExpressionKind::kFunction || operand.kind == ExpressionKind::kItem ||
                     operand.kind == ExpressionKind::kField;
  if (plain) return write(operand);
  text_ += '(';
  write(operand);
  text_ += ')';
}

void SqlWriter::write_constructor(const ast::Expression& expression) {
  if (const auto* field = expression.try_as<ast::FieldAccess>()) {
    write_access(*field->operand);
    text_ += '.';
    write(field->field);
  } else if (const auto* item = expression.try_as<ast::ItemAccess>()) {
    if (item->operand->kind == ExpressionKind::kColumn)
      write(*item->operand);
    else
      write_access(*item->operand);
    text_ += '[';
    write(*item->index);
    text_ += ']';
  } else if (const auto* row = expression.try_as<ast::RowConstructor>()) {
    text_ += row->is_explicit ? "ROW(" : "(";
    list(row->elements);
    text_ += ')';
  } else {
    const auto* array = expression.try_as<ast::ArrayConstructor>();
    text_ += array != nullptr ? "ARRAY[" : "MAP[";
    list(array != nullptr ? array->elements : expression.as<ast::MapConstructor>().entries);
    text_ += ']';
  }
}

}  // namespace tidemill
