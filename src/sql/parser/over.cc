// sql/parser/over.cc - OVER and WINDOW. Rule: a frame always has both ends; one left out is CURRENT ROW.
#include "sql/parser/grammar.h"

namespace tidemill {
namespace {

ast::FrameBound parse_bound(TokenCursor& cursor) {
  ast::FrameBound bound;
  bound.location = cursor.location();
  if (cursor.accept(Keyword::kCurrent, Keyword::kRow)) return bound;
  if (cursor.accept(Keyword::kUnbounded)) {
    const bool preceding = cursor.accept(Keyword::kPreceding);
    if (!preceding) cursor.expect(Keyword::kFollowing);
    bound.kind = preceding ? ast::FrameBoundKind::kUnboundedPreceding : ast::FrameBoundKind::kUnboundedFollowing;
    return bound;
  }
  bound.offset = parse_expression(cursor);
  const bool preceding = cursor.accept(Keyword::kPreceding);
  if (!preceding) cursor.expect(Keyword::kFollowing);
  bound.kind = preceding ? ast::FrameBoundKind::kPreceding : ast::FrameBoundKind::kFollowing;
  return bound;
}

ast::Frame parse_frame(TokenCursor& cursor) {
  ast::Frame frame;
  const Token unit = cursor.take();
  frame.location = unit.location;
  frame.unit = unit.word.keyword == Keyword::kRows ? ast::FrameUnit::kRows : ast::FrameUnit::kRange;
  if (!cursor.accept(Keyword::kBetween)) {
    frame.start = parse_bound(cursor);
    frame.end.location = frame.start.location;
    return frame;
  }
  frame.start = parse_bound(cursor);
  cursor.expect(Keyword::kAnd);
  frame.end = parse_bound(cursor);
  return frame;
}

}  // namespace

ast::WindowSpecification parse_parenthesised_window(TokenCursor& cursor) {
  ast::WindowSpecification window;
  window.location = cursor.expect(TokenKind::kLeftParen).location;
  if (at_identifier(cursor)) window.base = parse_identifier(cursor, "a window name");
  if (cursor.accept(Keyword::kPartition)) {
    cursor.expect(Keyword::kBy);
    window.partition_by = parse_expressions(cursor);
  }
  if (cursor.accept(Keyword::kOrder)) {
    cursor.expect(Keyword::kBy);
    window.order_by = parse_order_items(cursor);
  }
  cursor.expecting("ROWS");
  cursor.expecting("RANGE");
  if (cursor.at(Keyword::kRows) || cursor.at(Keyword::kRange)) window.frame = parse_frame(cursor);
  cursor.expect(TokenKind::kRightParen);
  return window;
}

ast::WindowSpecification parse_over(TokenCursor& cursor) {
  if (cursor.at(TokenKind::kLeftParen)) return parse_parenthesised_window(cursor);
  cursor.expecting("'('");
  ast::WindowSpecification window;
  window.location = cursor.location();
  window.base = parse_identifier(cursor, "a window name");
  return window;
}

}  // namespace tidemill
