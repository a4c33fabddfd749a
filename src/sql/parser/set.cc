// sql/parser/set.cc - SET and RESET. Rule: a value is a string, or the text up to the end of the statement.
#include "sql/parser/grammar.h"

namespace tidemill {
namespace {

// Reads a key: a string, or words joined by '.' and '-' up to '=' or the end.
std::string parse_key(TokenCursor& cursor) {
  if (at_string(cursor)) return parse_string(cursor);
  const size_t begin = cursor.peek().begin;
  for (;;) {
    const TokenKind kind = cursor.peek().kind;
    const bool part = kind == TokenKind::kWord || kind == TokenKind::kInteger;
    if (!part) cursor.fail_expected("a setting's name");
    cursor.take();
    if (!cursor.at(TokenKind::kDot) && !cursor.at(TokenKind::kMinus)) break;
    cursor.take();
  }
  return std::string(cursor.script().substr(begin, cursor.end_of_previous() - begin));
}

// Reads a value: a string, or all up to the end of the statement as it stands.
std::string parse_value(TokenCursor& cursor) {
  if (at_string(cursor)) return parse_string(cursor);
  if (cursor.at_end_of_statement()) cursor.fail_expected("a value");
  const size_t begin = cursor.peek().begin;
  while (!cursor.at_end_of_statement()) cursor.take();
  return std::string(cursor.script().substr(begin, cursor.end_of_previous() - begin));
}

}  // namespace

ast::StatementPtr parse_set(TokenCursor& cursor) {
  cursor.take();
  auto set = std::make_unique<ast::Set>();
  if (cursor.at_end_of_statement()) return set;
  set->key_location = cursor.location();
  set->key = parse_key(cursor);
  cursor.expect(TokenKind::kEqual);
  set->value_location = cursor.location();
  set->value = parse_value(cursor);
  return set;
}

ast::StatementPtr parse_reset(TokenCursor& cursor) {
  cursor.take();
  auto reset = std::make_unique<ast::Reset>();
  if (cursor.at_end_of_statement()) return reset;
  reset->key_location = cursor.location();
  reset->key = parse_key(cursor);
  return reset;
}

}  // namespace tidemill
