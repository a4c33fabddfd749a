// sql/parser/statement_set.cc - statement sets, and plain EXECUTE. Rule: a syntax error in one INSERT does not hide
// those in the next.
#include "sql/parser/grammar.h"

namespace tidemill {
namespace {

// Reads one INSERT of a set and the ';' behind it. A syntax error is kept and reading goes on behind the next ';'.
void parse_set_member(TokenCursor& cursor, ast::StatementSet& set) {
  try {
    set.inserts.push_back(parse_insert(cursor));
    if (cursor.at(Keyword::kEnd)) {
      cursor.deferred_errors().emplace_back(cursor.location(), "There is no ';' before END", "Put one there");
    } else {
      cursor.expect(TokenKind::kSemicolon);
    }
  } catch (const UserError& error) {
    cursor.deferred_errors().push_back(error);
    cursor.skip_statement();
  }
}

// Reads the INSERTs and END.
ast::StatementPtr parse_members(TokenCursor& cursor) {
  auto set = std::make_unique<ast::StatementSet>();
  while (cursor.at(Keyword::kInsert)) {
    parse_set_member(cursor, *set);
    if (cursor.deferred_errors().size() >= kSyntaxErrorsMax) return set;
  }
  const bool empty = set->inserts.empty() && cursor.deferred_errors().empty();
  cursor.expecting("INSERT");
  if (empty || !cursor.at(Keyword::kEnd)) cursor.fail_expected(empty ? "" : "END");
  cursor.take();
  return set;
}

}  // namespace

ast::StatementPtr parse_statement_set(TokenCursor& cursor) {
  cursor.expect(Keyword::kStatement);
  cursor.expect(Keyword::kSet);
  cursor.expect(Keyword::kBegin);
  return parse_members(cursor);
}

ast::StatementPtr parse_begin(TokenCursor& cursor) {
  cursor.take();
  cursor.expect(Keyword::kStatement);
  cursor.expect(Keyword::kSet);
  cursor.expect(TokenKind::kSemicolon);
  return parse_members(cursor);
}

ast::StatementPtr parse_execute(TokenCursor& cursor) {
  cursor.take();
  if (cursor.at(Keyword::kPlan)) fail_not_supported(cursor, "EXECUTE PLAN");
  if (cursor.at(Keyword::kStatement)) return parse_statement_set(cursor);
  if (cursor.at(Keyword::kInsert)) return parse_insert(cursor);
  if (!at_query(cursor)) {
    for (const std::string_view word : {"STATEMENT", "INSERT", "SELECT"}) cursor.expecting(word);
    cursor.fail_expected();
  }
  auto statement = std::make_unique<ast::QueryStatement>();
  statement->query = parse_query(cursor);
  return statement;
}

}  // namespace tidemill
