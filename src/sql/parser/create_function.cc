// sql/parser/create_function.cc - CREATE FUNCTION … LANGUAGE SQL. Rule: the body stays text; the binder parses it, and
// says where in the statement it stands.

#include "sql/parser/grammar.h"

namespace tidemill {

FunctionWords accept_function_words(TokenCursor& cursor, bool temporary) {
  if (temporary && at_word(cursor, "SYSTEM") && cursor.at(Keyword::kFunction, 1)) {
    cursor.take();
    cursor.take();
    return {true, true};
  }
  return {cursor.accept(Keyword::kFunction), false};
}

ast::StatementPtr parse_create_function(TokenCursor& cursor, CreatePrefix prefix, bool system) {
  if (prefix.or_replace)
    fail_not_supported(cursor, "CREATE OR REPLACE FUNCTION", "Write DROP FUNCTION IF EXISTS before CREATE FUNCTION");
  auto function = std::make_unique<ast::CreateFunction>();
  function->temporary = prefix.temporary;
  function->system = system;
  function->if_not_exists = accept_if_not_exists(cursor);
  function->name = parse_qualified_name(cursor, "a function name");
  if (cursor.at(Keyword::kAs)) {
    fail_not_supported(cursor, "CREATE FUNCTION of a class",
                       "Write CREATE FUNCTION f(x INT) RETURNS INT LANGUAGE SQL AS 'x + 1'");
  }
  cursor.expect(TokenKind::kLeftParen);
  while (!cursor.accept(TokenKind::kRightParen)) {
    if (!function->parameters.empty()) cursor.expect(TokenKind::kComma);
    ast::FunctionParameter parameter;
    parameter.name = parse_identifier(cursor, "a parameter name");
    parameter.type = parse_type_name_with_nullability(cursor);
    function->parameters.push_back(std::move(parameter));
  }
  expect_word(cursor, "RETURNS");
  function->returns = parse_type_name_with_nullability(cursor);
  expect_word(cursor, "LANGUAGE");
  if (!at_word(cursor, "SQL")) fail_not_supported(cursor, "A function in another language than SQL");
  cursor.take();
  cursor.expect(Keyword::kAs);
  function->body_location = cursor.location();
  function->body = parse_string(cursor, "an expression in single quotes");
  return function;
}

}  // namespace tidemill
