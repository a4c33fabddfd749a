// sql/parser/drop.cc - DROP TABLE and DROP VIEW. Rule: what Flink can drop and this engine cannot is refused by name.

#include "sql/parser/grammar.h"

namespace tidemill {

ast::StatementPtr parse_drop(TokenCursor& cursor) {
  cursor.take();
  auto drop = std::make_unique<ast::Drop>();
  drop->temporary = cursor.accept(Keyword::kTemporary);
  const bool view = cursor.accept(Keyword::kView);
  if (!view) refuse_unsupported(cursor, "DROP", kUnsupportedObjects);
  if (!view) cursor.expect(Keyword::kTable);
  drop->object = view ? ast::DropKind::kView : ast::DropKind::kTable;
  drop->if_exists = accept_if_exists(cursor);
  drop->name = parse_qualified_name(cursor, view ? "a view name" : "a table name");
  return drop;
}

}  // namespace tidemill
