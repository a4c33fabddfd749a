// sql/parser/drop.cc - DROP TABLE, DROP VIEW and DROP FUNCTION. Rule: what Flink can drop and this engine cannot is
// refused by name.

#include "sql/parser/grammar.h"

namespace tidemill {

ast::StatementPtr parse_drop(TokenCursor& cursor) {
  cursor.take();
  auto drop = std::make_unique<ast::Drop>();
  drop->temporary = cursor.accept(Keyword::kTemporary);
  const FunctionWords function = accept_function_words(cursor, drop->temporary);
  const bool view = !function.found && cursor.accept(Keyword::kView);
  if (!function.found && !view) {
    refuse_unsupported(cursor, "DROP", kUnsupportedObjects);
    cursor.expect(Keyword::kTable);
  }
  drop->object = function.found ? ast::DropKind::kFunction : view ? ast::DropKind::kView : ast::DropKind::kTable;
  drop->system = function.system;
  drop->if_exists = accept_if_exists(cursor);
  drop->name = parse_qualified_name(cursor, function.found ? "a function name" : view ? "a view name" : "a table name");
  return drop;
}

}  // namespace tidemill
