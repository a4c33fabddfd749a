// sql/parser/statement.cc - which statement stands at the cursor. Rule: every statement keeps its exact source text.
#include <fmt/format.h>

#include "sql/parser/grammar.h"

namespace tidemill {
namespace {

// Statements that Flink has and this engine has not.
constexpr std::string_view kUnsupportedStatements[] = {"ADD",      "ALTER",  "ANALYZE", "CALL",   "COMPILE",
                                                       "DELETE",   "LOAD",   "MERGE",   "REMOVE", "STOP",
                                                       "TRUNCATE", "UNLOAD", "UPDATE",  "UPSERT"};
// What Flink's SQL client takes beside statements.
constexpr std::string_view kClientCommands[] = {"CLEAR", "EXIT", "HELP", "QUIT", "SOURCE"};
// The words a statement starts with, for "did you mean".
constexpr std::string_view kStatementWords[] = {"SELECT",  "INSERT",  "CREATE", "WITH",     "VALUES",
                                                "SET",     "EXPLAIN", "SHOW",   "DESCRIBE", "DROP",
                                                "EXECUTE", "RESET",   "BEGIN",  "DESC",     "TABLE"};

ast::StatementPtr parse_query_statement(TokenCursor& cursor) {
  auto statement = std::make_unique<ast::QueryStatement>();
  statement->query = parse_query(cursor);
  return statement;
}

[[noreturn]] void fail_no_statement(TokenCursor& cursor) {
  refuse_unsupported(cursor, "The statement", kUnsupportedStatements);
  for (const std::string_view word : kClientCommands) {
    if (at_word(cursor, word))
      cursor.fail_here(fmt::format("{} is a command of Flink's SQL client, not SQL", word), "Leave it out");
  }
  if (cursor.at(Keyword::kEnd)) cursor.fail_here("END without BEGIN STATEMENT SET", "Remove it");
  if (cursor.at(Keyword::kFrom)) cursor.fail_here("A query starts with SELECT", "Write SELECT … FROM …");
  if (cursor.at(Keyword::kStatement)) {
    cursor.fail_here("A statement set starts with EXECUTE or BEGIN", "Write EXECUTE STATEMENT SET BEGIN … END");
  }
  for (const std::string_view word : kStatementWords) cursor.expecting(word);
  cursor.fail_expected();
}

ast::StatementPtr parse_by_first_word(TokenCursor& cursor) {
  if (cursor.at(TokenKind::kLeftParen)) return parse_query_statement(cursor);
  const Token first = cursor.peek();
  switch (first.word.keyword) {
    case Keyword::kSelect:
    case Keyword::kWith:
    case Keyword::kValues:
    case Keyword::kTable:
      return parse_query_statement(cursor);
    case Keyword::kCreate:
      return parse_create(cursor);
    case Keyword::kDrop:
      return parse_drop(cursor);
    case Keyword::kShow:
      return parse_show(cursor);
    case Keyword::kDescribe:
    case Keyword::kDesc:
      return parse_describe(cursor);
    case Keyword::kSet:
      return parse_set(cursor);
    case Keyword::kReset:
      return parse_reset(cursor);
    case Keyword::kInsert:
      return parse_insert(cursor);
    case Keyword::kExecute:
      return parse_execute(cursor);
    case Keyword::kBegin:
      return parse_begin(cursor);
    case Keyword::kExplain:
      return parse_explain(cursor);
    default:
      if (at_word(cursor, "USE")) return parse_use(cursor);
      fail_no_statement(cursor);
  }
}

}  // namespace

void set_source_text(TokenCursor& cursor, ast::Statement& statement, size_t begin) {
  statement.text = cursor.script().substr(begin, cursor.end_of_previous() - begin);
}

ast::StatementPtr parse_statement(TokenCursor& cursor) {
  cursor.begin_statement();
  const Token first = cursor.peek();
  ast::StatementPtr statement = parse_by_first_word(cursor);
  statement->location = first.location;
  set_source_text(cursor, *statement, first.begin);
  return statement;
}

}  // namespace tidemill
