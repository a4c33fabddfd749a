#include "sql/parser.h"

#include "sql/parser/grammar.h"
#include "sql/parser/token_cursor.h"

namespace tidemill {
namespace {

// Throws unless nothing stands behind what was parsed.
void expect_end_of_text(TokenCursor& cursor) {
  if (!cursor.at(TokenKind::kEnd)) cursor.fail_expected("the end of the text");
}

}  // namespace

struct ScriptParser::Implementation {
  explicit Implementation(std::string_view script) : cursor(script) {}

  ast::StatementPtr next() {
    cursor.deferred_errors().clear();
    try {
      while (cursor.at(TokenKind::kSemicolon)) cursor.take();
      if (cursor.at(TokenKind::kEnd)) return nullptr;
      ast::StatementPtr statement = parse_statement(cursor);
      if (!cursor.at_end_of_statement()) cursor.fail_expected("';'");
      if (cursor.deferred_errors().empty()) return statement;
    } catch (const UserError& error) {
      cursor.deferred_errors().push_back(error);
      cursor.skip_statement();
    }
    throw UserError(cursor.deferred_errors().front());
  }

  TokenCursor cursor;
};

ScriptParser::ScriptParser(std::string_view script) : implementation_(std::make_unique<Implementation>(script)) {}
ScriptParser::~ScriptParser() = default;

ast::StatementPtr ScriptParser::next() { return implementation_->next(); }

const std::vector<UserError>& ScriptParser::errors() const { return implementation_->cursor.deferred_errors(); }

std::vector<ast::StatementPtr> parse_script(std::string_view script) {
  std::vector<ast::StatementPtr> statements;
  ScriptParser parser(script);
  while (ast::StatementPtr statement = parser.next()) statements.push_back(std::move(statement));
  return statements;
}

ScriptSyntax parse_script_with_errors(std::string_view script) {
  ScriptSyntax syntax;
  std::optional<ScriptParser> parser;
  try {
    parser.emplace(script);
  } catch (const UserError& error) {  // not text at all
    syntax.errors.push_back(error);
    return syntax;
  }
  while (syntax.errors.size() < kSyntaxErrorsMax) {
    try {
      ast::StatementPtr statement = parser->next();
      if (statement == nullptr) break;
      syntax.statements.push_back(std::move(statement));
    } catch (const UserError&) {
      for (const UserError& error : parser->errors()) {
        if (syntax.errors.size() < kSyntaxErrorsMax) syntax.errors.push_back(error);
      }
    }
  }
  return syntax;
}

ast::ExpressionPtr parse_expression(std::string_view text) {
  TokenCursor cursor(text);
  ast::ExpressionPtr expression = parse_expression(cursor);
  expect_end_of_text(cursor);
  return expression;
}

ast::QueryPtr parse_query(std::string_view text) {
  TokenCursor cursor(text);
  ast::QueryPtr query = parse_query(cursor);
  expect_end_of_text(cursor);
  return query;
}

ast::TypeName parse_type_name(std::string_view text) {
  TokenCursor cursor(text);
  ast::TypeName type = parse_type_name_with_nullability(cursor);
  expect_end_of_text(cursor);
  return type;
}

}  // namespace tidemill
