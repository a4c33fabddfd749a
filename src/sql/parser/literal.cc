// sql/parser/literal.cc - literals. Rule: numbers keep their text; what dates and intervals mean is the binder's.
#include "sql/literal_text.h"
#include "sql/parser/grammar.h"

namespace tidemill {
namespace {

using ast::ExpressionPtr;
using ast::LiteralKind;

ExpressionPtr make_literal(TokenCursor& cursor, SourceLocation location, LiteralKind kind, std::string text = "") {
  auto node = cursor.make<ast::Literal>(location);
  node->literal = kind;
  node->text = std::move(text);
  return node;
}

// Tells whether a DATE, TIME or TIMESTAMP literal is at the cursor, rather than the type or a function.
std::optional<LiteralKind> date_time_literal(TokenCursor& cursor) {
  const Token token = cursor.peek();
  if (token.kind != TokenKind::kWord) return std::nullopt;
  if (token.word.keyword == Keyword::kTimestamp && cursor.at(Keyword::kWith, 1)) return LiteralKind::kTimestampLtz;
  if (!at_string(cursor, 1)) return std::nullopt;
  switch (token.word.keyword) {
    case Keyword::kDate:
      return LiteralKind::kDate;
    case Keyword::kTime:
      return LiteralKind::kTime;
    case Keyword::kTimestamp:
      return LiteralKind::kTimestamp;
    default:
      return std::nullopt;
  }
}

// INTERVAL [+|-] 'text' unit, or INTERVAL number unit, which is number * INTERVAL '1' unit.
ExpressionPtr parse_interval(TokenCursor& cursor) {
  const TokenCursor::Nesting nesting(cursor);
  const SourceLocation location = cursor.take().location;
  bool negative = false;
  if (!at_string(cursor) && (at_string(cursor, 1) || cursor.at(TokenKind::kMinus) || cursor.at(TokenKind::kPlus))) {
    negative = cursor.at(TokenKind::kMinus);
    if (negative || cursor.at(TokenKind::kPlus)) cursor.take();
  }
  if (at_string(cursor)) {
    auto node = cursor.make<ast::Literal>(location);
    node->literal = LiteralKind::kInterval;
    node->negative = negative;
    node->text = parse_string(cursor);
    node->interval = parse_interval_qualifier(cursor);
    return node;
  }
  auto product = cursor.make<ast::Binary>(location);
  product->op = ast::BinaryOperator::kMultiply;
  product->left = parse_primary(cursor);
  if (negative) {
    auto negation = cursor.make<ast::Unary>(location);
    negation->op = ast::UnaryOperator::kNegate;
    negation->operand = std::move(product->left);
    product->left = std::move(negation);
  }
  auto unit = cursor.make<ast::Literal>(location);
  unit->literal = LiteralKind::kInterval;
  unit->text = "1";
  const SourceLocation unit_location = cursor.location();
  unit->interval = parse_interval_qualifier(cursor);
  if (unit->interval->end) {
    throw UserError(unit_location, "An interval of two units needs a string", "Write INTERVAL '1 12' DAY TO HOUR");
  }
  product->right = std::move(unit);
  return product;
}

}  // namespace

bool at_literal(TokenCursor& cursor) {
  const Token token = cursor.peek();
  switch (token.kind) {
    case TokenKind::kString:
    case TokenKind::kUnicodeString:
    case TokenKind::kEscapeString:
    case TokenKind::kBinaryString:
    case TokenKind::kInteger:
    case TokenKind::kDecimal:
    case TokenKind::kApproximate:
      return true;
    case TokenKind::kWord:
      break;
    default:
      return false;
  }
  switch (token.word.keyword) {
    case Keyword::kNull:
    case Keyword::kTrue:
    case Keyword::kFalse:
    case Keyword::kUnknown:
    case Keyword::kInterval:
      return true;
    default:
      return date_time_literal(cursor).has_value();
  }
}

ExpressionPtr parse_literal(TokenCursor& cursor) {
  const SourceLocation location = cursor.location();
  if (at_string(cursor)) {
    std::string text = parse_string(cursor);
    return make_literal(cursor, location, LiteralKind::kString, std::move(text));
  }
  if (const std::optional<LiteralKind> kind = date_time_literal(cursor)) {
    cursor.take();
    if (*kind == LiteralKind::kTimestampLtz) {
      for (const Keyword word : {Keyword::kWith, Keyword::kLocal, Keyword::kTime, Keyword::kZone}) cursor.expect(word);
    }
    std::string text = parse_string(cursor);
    return make_literal(cursor, location, *kind, std::move(text));
  }
  if (cursor.at(Keyword::kInterval)) return parse_interval(cursor);
  const Token token = cursor.take();
  const std::string_view text = cursor.text_of(token);
  switch (token.kind) {
    case TokenKind::kBinaryString:
      return make_literal(cursor, location, LiteralKind::kBinary, decode_binary_string(text, location));
    case TokenKind::kInteger:
    case TokenKind::kDecimal:
      return make_literal(cursor, location, LiteralKind::kExact, std::string(text));
    case TokenKind::kApproximate:
      return make_literal(cursor, location, LiteralKind::kApproximate, std::string(text));
    default:
      break;
  }
  switch (token.word.keyword) {
    case Keyword::kTrue:
      return make_literal(cursor, location, LiteralKind::kTrue);
    case Keyword::kFalse:
      return make_literal(cursor, location, LiteralKind::kFalse);
    case Keyword::kUnknown:
      return make_literal(cursor, location, LiteralKind::kUnknown);
    default:
      return make_literal(cursor, location, LiteralKind::kNull);
  }
}

}  // namespace tidemill
