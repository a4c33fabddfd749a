// sql/parser/create.cc - the words between CREATE and what is created, and CREATE VIEW. Rule: what Flink can create
// and this engine cannot is refused by name.

#include "sql/parser/grammar.h"

namespace tidemill {

ast::StatementPtr parse_create(TokenCursor& cursor) {
  cursor.take();
  CreatePrefix prefix;
  if (cursor.accept(Keyword::kOr)) {
    if (cursor.at(Keyword::kAlter))
      fail_not_supported(cursor, "CREATE OR ALTER", "Write DROP … IF EXISTS before CREATE");
    cursor.expect(Keyword::kReplace);
    prefix.or_replace = true;
  }
  prefix.temporary = cursor.accept(Keyword::kTemporary);
  if (const FunctionWords words = accept_function_words(cursor, prefix.temporary); words.found)
    return parse_create_function(cursor, prefix, words.system);
  if (cursor.accept(Keyword::kTable)) return parse_create_table(cursor, prefix);
  if (cursor.accept(Keyword::kView)) return parse_create_view(cursor, prefix);
  refuse_unsupported(cursor, "CREATE", kUnsupportedObjects);
  cursor.fail_expected();
}

ast::StatementPtr parse_create_view(TokenCursor& cursor, CreatePrefix prefix) {
  if (prefix.or_replace)
    fail_not_supported(cursor, "CREATE OR REPLACE VIEW", "Write DROP VIEW IF EXISTS before CREATE VIEW");
  auto view = std::make_unique<ast::CreateView>();
  view->temporary = prefix.temporary;
  view->if_not_exists = accept_if_not_exists(cursor);
  view->name = parse_qualified_name(cursor, "a view name");
  if (cursor.at(TokenKind::kLeftParen))
    view->columns = parse_parenthesised_names(cursor, "a column name");
  else
    cursor.expecting("'('");
  if (cursor.accept(Keyword::kComment)) view->comment = parse_string(cursor, "a comment in single quotes");
  cursor.expect(Keyword::kAs);
  const size_t begin = cursor.peek().begin;
  view->query = parse_query(cursor);
  view->query_text = cursor.script().substr(begin, cursor.end_of_previous() - begin);
  return view;
}

}  // namespace tidemill
