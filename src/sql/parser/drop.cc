// sql/parser/drop.cc - DROP TABLE and DROP VIEW. Rule: what Flink can drop and this engine cannot is refused by name.
#include <fmt/format.h>

#include "sql/parser/grammar.h"

namespace tidemill {

ast::StatementPtr parse_drop(TokenCursor& cursor) {
  cursor.take();
  auto drop = std::make_unique<ast::Drop>();
  drop->temporary = cursor.accept(Keyword::kTemporary);
  const bool view = cursor.accept(Keyword::kView);
  if (!view && !cursor.at(Keyword::kTable)) {
    const Token token = cursor.peek();
    for (const std::string_view known :
         {"FUNCTION", "CATALOG", "DATABASE", "MODEL", "MATERIALIZED", "CONNECTION", "SYSTEM"}) {
      if (token.kind == TokenKind::kWord && equal_words(cursor.text_of(token), known)) {
        fail_not_supported(cursor, fmt::format("DROP {}", known));
      }
    }
  }
  if (!view) cursor.expect(Keyword::kTable);
  drop->object = view ? ast::DropKind::kView : ast::DropKind::kTable;
  if (cursor.at(Keyword::kIf)) {
    cursor.take();
    cursor.expect(Keyword::kExists);
    drop->if_exists = true;
  }
  drop->name = parse_qualified_name(cursor, view ? "a view name" : "a table name");
  return drop;
}

}  // namespace tidemill
