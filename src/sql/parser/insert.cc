// sql/parser/insert.cc - INSERT INTO. Rule: VALUES is a query like any other.
#include "sql/parser/grammar.h"

namespace tidemill {
namespace {

std::vector<ast::InsertPartition> parse_partition(TokenCursor& cursor) {
  std::vector<ast::InsertPartition> partition;
  cursor.expect(TokenKind::kLeftParen);
  do {
    ast::InsertPartition entry;
    entry.column = parse_identifier(cursor, "a column name");
    cursor.expect(TokenKind::kEqual);
    entry.value = parse_expression(cursor);
    partition.push_back(std::move(entry));
  } while (cursor.accept(TokenKind::kComma));
  cursor.expect(TokenKind::kRightParen);
  return partition;
}

// Reads ON CONFLICT DO ERROR | NOTHING | DEDUPLICATE.
ast::ConflictAction parse_on_conflict(TokenCursor& cursor) {
  if (!cursor.accept(Keyword::kOn)) return ast::ConflictAction::kNone;
  cursor.expect(Keyword::kConflict);
  cursor.expect(Keyword::kDo);
  if (cursor.accept(Keyword::kError)) return ast::ConflictAction::kError;
  if (cursor.accept(Keyword::kNothing)) return ast::ConflictAction::kNothing;
  cursor.expect(Keyword::kDeduplicate);
  return ast::ConflictAction::kDeduplicate;
}

}  // namespace

std::unique_ptr<ast::Insert> parse_insert(TokenCursor& cursor) {
  auto insert = std::make_unique<ast::Insert>();
  const Token first = cursor.take();
  insert->location = first.location;
  insert->overwrite = cursor.accept(Keyword::kOverwrite);
  if (!insert->overwrite) cursor.expect(Keyword::kInto);
  if (cursor.at(Keyword::kTable)) cursor.fail_here("INSERT INTO takes no word TABLE", "Leave out TABLE");
  insert->table = parse_qualified_name(cursor, "a table name");
  insert->hints = parse_hints(cursor);
  if (cursor.accept(Keyword::kPartition)) insert->partition = parse_partition(cursor);
  if (cursor.at(TokenKind::kLeftParen) && at_identifier(cursor, 1)) {
    insert->columns = parse_parenthesised_names(cursor, "a column name");
  }
  insert->query = parse_query(cursor);
  insert->on_conflict = parse_on_conflict(cursor);
  set_source_text(cursor, *insert, first.begin);
  return insert;
}

}  // namespace tidemill
