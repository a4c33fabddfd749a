// sql/parser/function_call.cc - function calls, those with words among their arguments too. Rule: every form ends in
// arguments at fixed places.

#include "sql/parser/grammar.h"
#include "sql/precedence.h"

namespace tidemill {
namespace {

using ast::CallSyntax;
using ast::ExpressionPtr;
using ast::FunctionCall;

std::unique_ptr<ast::Symbol> make_symbol(TokenCursor& cursor, SourceLocation location, std::string_view text) {
  auto symbol = cursor.make<ast::Symbol>(location);
  symbol->text = text;
  return symbol;
}

// Reads [PARTITION BY key | (keys)] [ORDER BY item | (items)] behind a table argument. Without parentheses a ',' ends
// it.
void parse_table_argument_suffix(TokenCursor& cursor, ast::TableArgument& argument) {
  if (cursor.accept(Keyword::kPartition)) {
    cursor.expect(Keyword::kBy);
    ExpressionPtr key = parse_expression(cursor);
    const auto* row = key->try_as<ast::RowConstructor>();
    if (row != nullptr && !row->is_explicit) {
      argument.partition_by = std::move(key->as<ast::RowConstructor>().elements);
    } else {
      argument.partition_by.push_back(std::move(key));
    }
  }
  if (cursor.accept(Keyword::kOrder)) {
    cursor.expect(Keyword::kBy);
    const bool parentheses = cursor.accept(TokenKind::kLeftParen);
    do {
      argument.order_by.push_back(parse_order_item(cursor));
    } while (parentheses && cursor.accept(TokenKind::kComma));
    if (parentheses) cursor.expect(TokenKind::kRightParen);
  }
}

ExpressionPtr parse_table_argument(TokenCursor& cursor) {
  auto node = cursor.make<ast::TableArgument>(cursor.take().location);
  if (at_string(cursor)) {
    node->path = parse_string(cursor);
  } else {
    cursor.expecting("a file in single quotes");
    node->table = parse_qualified_name(cursor, "a table name");
  }
  parse_table_argument_suffix(cursor, *node);
  return node;
}

ExpressionPtr parse_descriptor(TokenCursor& cursor) {
  auto node = cursor.make<ast::Descriptor>(cursor.take().location);
  node->columns = parse_parenthesised_names(cursor, "a column name");
  return node;
}

// Reads the value of one argument: an expression, TABLE t, DESCRIPTOR(c), DEFAULT, or a query in parentheses.
ExpressionPtr parse_argument_value(TokenCursor& cursor, CallPlace place) {
  if (cursor.at(Keyword::kTable)) return parse_table_argument(cursor);
  if (cursor.at(Keyword::kDescriptor) && cursor.at(TokenKind::kLeftParen, 1)) return parse_descriptor(cursor);
  if (cursor.at(Keyword::kDefault)) return make_symbol(cursor, cursor.take().location, "DEFAULT");
  ExpressionPtr value = parse_expression(cursor);
  if (place != CallPlace::kTable || value->kind != ast::ExpressionKind::kScalarQuery) return value;
  auto table = cursor.make<ast::TableArgument>(value->location);
  table->query = std::move(value->as<ast::ScalarQuery>().query);
  parse_table_argument_suffix(cursor, *table);
  return table;
}

ast::FunctionArgument parse_argument(TokenCursor& cursor, CallPlace place) {
  ast::FunctionArgument argument;
  if (at_identifier(cursor) && cursor.at(TokenKind::kArrow, 1)) {
    argument.name = parse_identifier(cursor, "an argument name");
    cursor.take();
  }
  argument.value = parse_argument_value(cursor, place);
  return argument;
}

// Reads what stands in the parentheses of a plain call, and ')'.
void parse_arguments(TokenCursor& cursor, FunctionCall& call, CallPlace place) {
  if (cursor.accept(TokenKind::kRightParen)) return;
  if (cursor.at(TokenKind::kStar)) {
    add_argument(call, cursor.make<ast::Star>(cursor.take().location));
    cursor.expect(TokenKind::kRightParen);
    return;
  }
  if (at_identifier(cursor) && cursor.at(TokenKind::kDot, 1) && cursor.at(TokenKind::kStar, 2)) {
    auto star = cursor.make<ast::Star>(cursor.location());
    star->qualifier.push_back(parse_identifier(cursor, "a pattern variable"));
    cursor.take();
    cursor.take();
    add_argument(call, std::move(star));
    cursor.expect(TokenKind::kRightParen);
    return;
  }
  call.distinct = cursor.accept(Keyword::kDistinct);
  if (!call.distinct && cursor.at(Keyword::kAll)) cursor.take();
  do {
    call.arguments.push_back(parse_argument(cursor, place));
  } while (cursor.accept(TokenKind::kComma));
  if (cursor.at(Keyword::kOrder)) {
    cursor.take();
    cursor.expect(Keyword::kBy);
    call.order_by = parse_order_items(cursor);
  }
  cursor.expect(TokenKind::kRightParen);
}

void parse_filter(TokenCursor& cursor, FunctionCall& call) {
  cursor.take();
  cursor.expect(TokenKind::kLeftParen);
  cursor.expect(Keyword::kWhere);
  call.filter = parse_expression(cursor);
  cursor.expect(TokenKind::kRightParen);
}

void parse_within_group(TokenCursor& cursor, FunctionCall& call) {
  cursor.take();
  cursor.expect(Keyword::kGroup);
  cursor.expect(TokenKind::kLeftParen);
  cursor.expect(Keyword::kOrder);
  cursor.expect(Keyword::kBy);
  call.order_by = parse_order_items(cursor);
  cursor.expect(TokenKind::kRightParen);
}

// EXTRACT(unit FROM x)
void parse_extract(TokenCursor& cursor, FunctionCall& call) {
  call.syntax = CallSyntax::kExtract;
  add_argument(call, parse_time_unit(cursor));
  cursor.expect(Keyword::kFrom);
  add_argument(call, parse_expression(cursor));
}

// POSITION(a IN b [FROM n]). The first operand stops before IN.
void parse_position(TokenCursor& cursor, FunctionCall& call) {
  call.syntax = CallSyntax::kPosition;
  add_argument(call, parse_operators(cursor, kPrecedenceRange + 1));
  cursor.expect(Keyword::kIn);
  add_argument(call, parse_expression(cursor));
  if (cursor.accept(Keyword::kFrom)) add_argument(call, parse_expression(cursor));
}

// TRIM(x), TRIM([LEADING|TRAILING|BOTH] [chars] FROM x)
void parse_trim(TokenCursor& cursor, FunctionCall& call) {
  call.syntax = CallSyntax::kTrim;
  const SourceLocation location = cursor.location();
  std::string_view side = "BOTH";
  bool side_given = true;
  if (cursor.accept(Keyword::kLeading))
    side = "LEADING";
  else if (cursor.accept(Keyword::kTrailing))
    side = "TRAILING";
  else
    side_given = cursor.accept(Keyword::kBoth);
  ExpressionPtr characters, operand;
  if (side_given && cursor.accept(Keyword::kFrom)) {
    operand = parse_expression(cursor);
  } else {
    operand = parse_expression(cursor);
    if (side_given && !cursor.at(Keyword::kFrom)) cursor.fail_expected("FROM");
    if (cursor.accept(Keyword::kFrom)) {
      characters = std::move(operand);
      operand = parse_expression(cursor);
    }
  }
  if (characters == nullptr) {
    auto blank = cursor.make<ast::Literal>(location);
    blank->literal = ast::LiteralKind::kString;
    blank->text = " ";
    characters = std::move(blank);
  }
  add_argument(call, make_symbol(cursor, location, side));
  add_argument(call, std::move(characters));
  add_argument(call, std::move(operand));
}

// SUBSTRING(a FROM b [FOR c]), SUBSTRING(a, b [, c])
void parse_substring(TokenCursor& cursor, FunctionCall& call) {
  add_argument(call, parse_expression(cursor));
  if (cursor.accept(TokenKind::kComma)) {
    add_argument(call, parse_expression(cursor));
    if (cursor.accept(TokenKind::kComma)) add_argument(call, parse_expression(cursor));
    return;
  }
  call.syntax = CallSyntax::kSubstring;
  cursor.expect(Keyword::kFrom);
  add_argument(call, parse_expression(cursor));
  if (cursor.accept(Keyword::kFor)) add_argument(call, parse_expression(cursor));
}

// OVERLAY(a PLACING b FROM c [FOR d])
void parse_overlay(TokenCursor& cursor, FunctionCall& call) {
  call.syntax = CallSyntax::kOverlay;
  add_argument(call, parse_expression(cursor));
  cursor.expect(Keyword::kPlacing);
  add_argument(call, parse_expression(cursor));
  cursor.expect(Keyword::kFrom);
  add_argument(call, parse_expression(cursor));
  if (cursor.accept(Keyword::kFor)) add_argument(call, parse_expression(cursor));
}

// CEIL(x), FLOOR(x TO unit)
void parse_floor(TokenCursor& cursor, FunctionCall& call) {
  add_argument(call, parse_expression(cursor));
  if (cursor.accept(Keyword::kTo)) {
    call.syntax = CallSyntax::kFloorTo;
    add_argument(call, parse_time_unit(cursor));
  }
}

// TIMESTAMPADD(unit, n, t), TIMESTAMPDIFF(unit, a, b)
void parse_timestamp_arithmetic(TokenCursor& cursor, FunctionCall& call) {
  add_argument(call, parse_time_unit(cursor));
  cursor.expect(TokenKind::kComma);
  add_argument(call, parse_expression(cursor));
  cursor.expect(TokenKind::kComma);
  add_argument(call, parse_expression(cursor));
}

using SpecialRule = void (*)(TokenCursor&, FunctionCall&);

SpecialRule special_rule(Keyword keyword) {
  switch (keyword) {
    case Keyword::kExtract:
      return parse_extract;
    case Keyword::kPosition:
      return parse_position;
    case Keyword::kTrim:
      return parse_trim;
    case Keyword::kSubstring:
      return parse_substring;
    case Keyword::kOverlay:
      return parse_overlay;
    case Keyword::kCeil:
    case Keyword::kCeiling:
    case Keyword::kFloor:
      return parse_floor;
    case Keyword::kTimestampadd:
    case Keyword::kTimestampdiff:
      return parse_timestamp_arithmetic;
    default:
      return nullptr;
  }
}

}  // namespace

void add_argument(ast::FunctionCall& call, ast::ExpressionPtr value) {
  ast::FunctionArgument argument;
  argument.value = std::move(value);
  call.arguments.push_back(std::move(argument));
}

void parse_call_suffixes(TokenCursor& cursor, FunctionCall& call) {
  const bool respect = cursor.at(Keyword::kRespect);
  if ((respect || cursor.at(Keyword::kIgnore)) && cursor.at(Keyword::kNulls, 1)) {
    cursor.take();
    cursor.take();
    call.nulls = respect ? ast::NullTreatment::kRespect : ast::NullTreatment::kIgnore;
  }
  if (cursor.at(Keyword::kWithin)) parse_within_group(cursor, call);
  if (cursor.at(Keyword::kFilter)) parse_filter(cursor, call);
  if (cursor.at(Keyword::kOver)) {
    cursor.take();
    call.over = parse_over(cursor);
  }
}

std::unique_ptr<FunctionCall> parse_call(TokenCursor& cursor, ast::QualifiedName name, CallPlace place) {
  auto call = cursor.make<FunctionCall>(name.location());
  call->name = std::move(name);
  cursor.expect(TokenKind::kLeftParen);
  parse_arguments(cursor, *call, place);
  if (place == CallPlace::kScalar) parse_call_suffixes(cursor, *call);
  return call;
}

bool at_special_call(TokenCursor& cursor) {
  const Token token = cursor.peek();
  return token.kind == TokenKind::kWord && special_rule(token.word.keyword) != nullptr &&
         cursor.at(TokenKind::kLeftParen, 1);
}

ExpressionPtr parse_special_call(TokenCursor& cursor) {
  const Token token = cursor.take();
  auto call = cursor.make<FunctionCall>(token.location);
  const bool ceiling = token.word.keyword == Keyword::kCeiling;
  call->name.parts.push_back({ceiling ? "CEIL" : std::string(cursor.text_of(token)), token.location, false});
  cursor.expect(TokenKind::kLeftParen);
  special_rule(token.word.keyword)(cursor, *call);
  cursor.expect(TokenKind::kRightParen);
  return call;
}

}  // namespace tidemill
