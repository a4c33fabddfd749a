// sql/parser/primary.cc - what operators stand between: names, parentheses, CASE, CAST, constructors, [index] and
// .field. Rule: only behind the inner parentheses of (( is it known whether the outer ones hold a query.

#include <fmt/format.h>

#include "sql/parser/grammar.h"

namespace tidemill {
namespace {

using ast::ExpressionPtr;

// Reads from a name on: a.b.c, a.b.*, or a call f(…).
ExpressionPtr parse_name_or_call(TokenCursor& cursor, StarRule star) {
  const Token first = cursor.peek();
  const bool callable = first.kind == TokenKind::kWord && first.word.callable && cursor.at(TokenKind::kLeftParen, 1);
  ast::QualifiedName name;
  if (callable) {
    cursor.take();
    name.parts.push_back({std::string(cursor.text_of(first)), first.location, false});
  } else {
    name.parts.push_back(parse_identifier(cursor, "an expression"));
  }
  while (cursor.at(TokenKind::kDot)) {
    cursor.take();
    if (cursor.at(TokenKind::kStar) && star == StarRule::kAllowed) {
      cursor.take();
      auto node = cursor.make<ast::Star>(first.location);
      node->qualifier = std::move(name.parts);
      return node;
    }
    name.parts.push_back(parse_identifier(cursor, "a column name"));
  }
  if (cursor.at(TokenKind::kLeftParen)) return parse_call(cursor, std::move(name), CallPlace::kScalar);
  auto node = cursor.make<ast::ColumnReference>(first.location);
  node->parts = std::move(name.parts);
  return node;
}

// CURRENT_TIMESTAMP and its like, without parentheses.
bool is_niladic(Keyword keyword) {
  switch (keyword) {
    case Keyword::kCurrentDate:
    case Keyword::kCurrentTime:
    case Keyword::kCurrentTimestamp:
    case Keyword::kLocaltime:
    case Keyword::kLocaltimestamp:
    case Keyword::kCurrentCatalog:
    case Keyword::kCurrentSchema:
    case Keyword::kCurrentUser:
    case Keyword::kCurrentRole:
    case Keyword::kSessionUser:
    case Keyword::kSystemUser:
    case Keyword::kUser:
      return true;
    default:
      return false;
  }
}

ExpressionPtr parse_niladic(TokenCursor& cursor) {
  const Token token = cursor.take();
  auto node = cursor.make<ast::FunctionCall>(token.location);
  node->name.parts.push_back({std::string(cursor.text_of(token)), token.location, false});
  node->syntax = ast::CallSyntax::kNoParens;
  return node;
}

ExpressionPtr parse_case(TokenCursor& cursor) {
  auto node = cursor.make<ast::Case>(cursor.take().location);
  if (!cursor.at(Keyword::kWhen)) {
    cursor.expecting("WHEN");
    node->operand = parse_expression(cursor);
  }
  while (cursor.accept(Keyword::kWhen)) {
    ast::CaseBranch branch;
    do {
      branch.conditions.push_back(parse_expression(cursor));
    } while (node->operand != nullptr && cursor.accept(TokenKind::kComma));
    cursor.expect(Keyword::kThen);
    branch.result = parse_expression(cursor);
    node->branches.push_back(std::move(branch));
  }
  if (node->branches.empty()) cursor.fail_expected();
  if (cursor.accept(Keyword::kElse)) node->otherwise = parse_expression(cursor);
  cursor.expect(Keyword::kEnd);
  return node;
}

ExpressionPtr parse_cast(TokenCursor& cursor) {
  const Token token = cursor.take();
  auto node = cursor.make<ast::Cast>(token.location);
  node->is_try = token.word.keyword == Keyword::kTryCast;
  cursor.expect(TokenKind::kLeftParen);
  node->operand = parse_expression(cursor);
  cursor.expect(Keyword::kAs);
  node->type = parse_type_name(cursor);
  if (cursor.at(Keyword::kNot) && cursor.at(Keyword::kNull, 1)) {
    cursor.fail_here("CAST takes no NOT NULL", "Leave it out: the result is NULL only where the operand is");
  }
  cursor.expect(TokenKind::kRightParen);
  return node;
}

ExpressionPtr parse_exists(TokenCursor& cursor) {
  auto node = cursor.make<ast::Exists>(cursor.take().location);
  cursor.expect(TokenKind::kLeftParen);
  node->query = parse_query(cursor);
  cursor.expect(TokenKind::kRightParen);
  return node;
}

ExpressionPtr parse_row_constructor(TokenCursor& cursor) {
  auto node = cursor.make<ast::RowConstructor>(cursor.take().location);
  cursor.expect(TokenKind::kLeftParen);
  node->elements = parse_expressions(cursor);
  cursor.expect(TokenKind::kRightParen);
  return node;
}

// Reads [a, b, …], maybe empty.
std::vector<ExpressionPtr> parse_bracketed(TokenCursor& cursor) {
  std::vector<ExpressionPtr> elements;
  cursor.expect(TokenKind::kLeftBracket);
  if (!cursor.at(TokenKind::kRightBracket)) elements = parse_expressions(cursor);
  cursor.expect(TokenKind::kRightBracket);
  return elements;
}

ExpressionPtr parse_array(TokenCursor& cursor) {
  const SourceLocation location = cursor.take().location;
  if (cursor.at(TokenKind::kLeftParen)) {
    fail_not_supported(cursor, "ARRAY(query)", "Use ARRAY_AGG in a query with GROUP BY");
  }
  auto node = cursor.make<ast::ArrayConstructor>(location);
  node->elements = parse_bracketed(cursor);
  return node;
}

ExpressionPtr parse_map(TokenCursor& cursor) {
  auto node = cursor.make<ast::MapConstructor>(cursor.take().location);
  node->entries = parse_bracketed(cursor);
  if (node->entries.size() % 2 != 0) {
    throw UserError(node->location, "MAP has a key without a value", "Write MAP[key, value, key, value, …]");
  }
  return node;
}

ExpressionPtr make_scalar_query(TokenCursor& cursor, SourceLocation location, ast::QueryPtr query) {
  auto node = cursor.make<ast::ScalarQuery>(location);
  node->query = std::move(query);
  return node;
}

// Reads ( expression ), ( a, b ) or ( query ).
ExpressionPtr parse_parenthesised(TokenCursor& cursor) {
  const SourceLocation location = cursor.take().location;
  QueryOrExpressions content = parse_query_or_expressions(cursor);
  if (content.query != nullptr) return make_scalar_query(cursor, location, std::move(content.query));
  for (const Keyword unit : {Keyword::kDay, Keyword::kHour, Keyword::kMinute, Keyword::kSecond, Keyword::kYear}) {
    if (!cursor.at(unit)) continue;
    fail_not_supported(cursor, fmt::format("(a - b) {}", keyword_text(unit)),
                       fmt::format("Write TIMESTAMPDIFF({}, b, a), or a - b for an interval", keyword_text(unit)));
  }
  if (content.expressions.size() == 1) return std::move(content.expressions.front());
  auto row = cursor.make<ast::RowConstructor>(location);
  row->is_explicit = false;
  row->elements = std::move(content.expressions);
  return row;
}

ExpressionPtr parse_word(TokenCursor& cursor, StarRule star) {
  const Token token = cursor.peek();
  const bool call_follows = cursor.at(TokenKind::kLeftParen, 1);
  switch (token.word.keyword) {
    case Keyword::kCase:
      return parse_case(cursor);
    case Keyword::kCast:
    case Keyword::kTryCast:
      return parse_cast(cursor);
    case Keyword::kExists:
      return parse_exists(cursor);
    case Keyword::kRow:
      return parse_row_constructor(cursor);
    case Keyword::kArray:
      return parse_array(cursor);
    case Keyword::kMap:
      if (cursor.at(TokenKind::kLeftBracket, 1)) return parse_map(cursor);
      break;
    case Keyword::kMultiset:
      fail_not_supported(cursor, "MULTISET[…]", "Use ARRAY[…]");
    case Keyword::kUnique:
      fail_not_supported(cursor, "The predicate UNIQUE");
    case Keyword::kDefault:
      fail_not_supported(cursor, "DEFAULT as a value", "Leave the column out of the column list");
    default:
      break;
  }
  if (!call_follows && is_niladic(token.word.keyword)) return parse_niladic(cursor);
  if (at_special_call(cursor)) return parse_special_call(cursor);
  if (at_json_call(cursor)) return parse_json_call(cursor);
  if (at_measure_semantics(cursor)) return parse_measure_semantics(cursor);
  return parse_name_or_call(cursor, star);
}

ExpressionPtr parse_unsuffixed(TokenCursor& cursor, StarRule star) {
  if (at_literal(cursor)) return parse_literal(cursor);
  switch (cursor.peek().kind) {
    case TokenKind::kLeftParen:
      return parse_parenthesised(cursor);
    case TokenKind::kWord:
      return parse_word(cursor, star);
    case TokenKind::kQuotedIdentifier:
      return parse_name_or_call(cursor, star);
    case TokenKind::kStar:
      if (star == StarRule::kAllowed) return cursor.make<ast::Star>(cursor.take().location);
      break;
    default:
      break;
  }
  cursor.fail_expected("an expression");
}

}  // namespace

ExpressionPtr parse_primary(TokenCursor& cursor, StarRule star) {
  TokenCursor::Chain chain(cursor);
  ExpressionPtr node = parse_unsuffixed(cursor, star);
  if (node->kind == ast::ExpressionKind::kStar) return node;
  for (;;) {
    const SourceLocation location = cursor.location();
    if (cursor.at(TokenKind::kLeftBracket)) {
      cursor.take();
      auto item = cursor.make<ast::ItemAccess>(location);
      item->index = parse_expression(cursor);
      cursor.expect(TokenKind::kRightBracket);
      item->operand = std::move(node);
      node = std::move(item);
    } else if (cursor.at(TokenKind::kDot)) {
      cursor.take();
      auto field = cursor.make<ast::FieldAccess>(location);
      field->field = parse_identifier(cursor, "a field name");
      field->operand = std::move(node);
      node = std::move(field);
    } else {
      return node;
    }
    chain.grow();
  }
}

QueryOrExpressions parse_query_or_expressions(TokenCursor& cursor) {
  QueryOrExpressions content;
  if (at_query(cursor)) {
    content.query = parse_query(cursor);
  } else {
    content.expressions = parse_expressions(cursor);
    ExpressionPtr& first = content.expressions.front();
    const bool bare_query = content.expressions.size() == 1 && first->kind == ast::ExpressionKind::kScalarQuery;
    if (bare_query) {  // ((query)), or ((query) UNION …)
      content.query = std::move(first->as<ast::ScalarQuery>().query);
      content.expressions.clear();
      if (at_query_continuation(cursor)) content.query = continue_query(cursor, std::move(content.query));
    }
  }
  cursor.expect(TokenKind::kRightParen);
  return content;
}

}  // namespace tidemill
