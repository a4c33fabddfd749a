// sql/parser/match_recognize.cc - MATCH_RECOGNIZE ( … ). Rule: clauses in the order of the standard; what of the
// standard is not there is refused by name, at its place.
#include "sql/parser/grammar.h"

namespace tidemill {
namespace {

using ast::RowPattern;
using ast::RowPatternKind;

RowPattern parse_alternation(TokenCursor& cursor);

[[noreturn]] void refuse_part(TokenCursor& cursor, std::string_view what, std::string hint = "") {
  cursor.fail_here(fmt::format("MATCH_RECOGNIZE: {} is not supported", what), std::move(hint));
}

bool at_pattern_part(TokenCursor& cursor) {
  using enum TokenKind;
  return at_identifier(cursor) || cursor.at(kLeftParen) || cursor.at(kCaret) || cursor.at(kLeftBrace) ||
         at_word(cursor, "PERMUTE") || at_word(cursor, "$");
}

RowPattern make_pattern(RowPatternKind kind, SourceLocation location) {
  RowPattern pattern;
  pattern.kind = kind;
  pattern.location = location;
  return pattern;
}

// A variable, or a pattern in parentheses.
RowPattern parse_pattern_factor(TokenCursor& cursor) {
  const TokenCursor::Nesting nesting(cursor);
  if (at_word(cursor, "PERMUTE") && cursor.at(TokenKind::kLeftParen, 1))
    refuse_part(cursor, "PERMUTE", "Write the orders out: (A B | B A).");
  if (cursor.at(TokenKind::kCaret) || at_word(cursor, "$"))
    refuse_part(cursor, cursor.at(TokenKind::kCaret) ? "the anchor ^" : "the anchor $",
                "A stream has no last row, and its first one may be long gone.");
  if (cursor.at(TokenKind::kLeftBrace)) refuse_part(cursor, "the exclusion {- … -}");
  const SourceLocation location = cursor.location();
  if (!cursor.accept(TokenKind::kLeftParen)) {
    RowPattern variable = make_pattern(RowPatternKind::kVariable, location);
    variable.variable = parse_identifier(cursor, "a pattern variable's name");
    return variable;
  }
  if (cursor.at(TokenKind::kRightParen)) refuse_part(cursor, "the empty pattern ()");
  RowPattern group = parse_alternation(cursor);
  cursor.expect(TokenKind::kRightParen);
  return group;
}

// {n}, {n,}, {n,m} and {,m}
void parse_bounds(TokenCursor& cursor, RowPattern& repetition) {
  const SourceLocation location = cursor.take().location;
  const bool from_zero = cursor.at(TokenKind::kComma);
  repetition.least = from_zero ? 0 : parse_small_number(cursor, "how often at least");
  repetition.most = repetition.least;
  if (cursor.accept(TokenKind::kComma)) {
    repetition.most.reset();
    if (from_zero || !cursor.at(TokenKind::kRightBrace))
      repetition.most = parse_small_number(cursor, "how often at most");
  }
  cursor.expect(TokenKind::kRightBrace);
  if (repetition.most && (*repetition.most < repetition.least || *repetition.most == 0))
    throw UserError(location, "A quantifier {n,m} needs n <= m, and m of at least 1");
}

RowPattern parse_quantified(TokenCursor& cursor) {
  RowPattern operand = parse_pattern_factor(cursor);
  RowPattern repetition = make_pattern(RowPatternKind::kRepetition, cursor.location());
  if (cursor.at(TokenKind::kLeftBrace) && !cursor.at(TokenKind::kMinus, 1)) {
    parse_bounds(cursor, repetition);
  } else if (cursor.accept(TokenKind::kStar)) {
    repetition.least = 0;
  } else if (cursor.accept(TokenKind::kPlus)) {
    repetition.least = 1;
  } else if (cursor.accept(TokenKind::kQuestion)) {
    repetition.least = 0;
    repetition.most = 1;
  } else {
    return operand;
  }
  repetition.reluctant = cursor.accept(TokenKind::kQuestion);
  repetition.parts.push_back(std::move(operand));
  return repetition;
}

RowPattern parse_sequence(TokenCursor& cursor) {
  RowPattern sequence = make_pattern(RowPatternKind::kSequence, cursor.location());
  do {
    sequence.parts.push_back(parse_quantified(cursor));
  } while (at_pattern_part(cursor));
  if (sequence.parts.size() > 1) return sequence;
  RowPattern only = std::move(sequence.parts.front());
  return only;
}

RowPattern parse_alternation(TokenCursor& cursor) {
  RowPattern alternation = make_pattern(RowPatternKind::kAlternation, cursor.location());
  do {
    alternation.parts.push_back(parse_sequence(cursor));
  } while (cursor.accept(TokenKind::kVerticalBar));
  if (alternation.parts.size() > 1) return alternation;
  RowPattern only = std::move(alternation.parts.front());
  return only;
}

// ONE ROW PER MATCH | ALL ROWS PER MATCH
void parse_rows_per_match(TokenCursor& cursor, ast::MatchTable& match) {
  if (cursor.at(Keyword::kAll)) {
    match.all_rows = true;
    cursor.take();
    cursor.expect(Keyword::kRows);
  } else if (accept_word(cursor, "ONE")) {
    cursor.expect(Keyword::kRow);
  } else {
    return;
  }
  expect_word(cursor, "PER");
  expect_word(cursor, "MATCH");
  if (at_word(cursor, "SHOW")) refuse_part(cursor, "SHOW EMPTY MATCHES");
  if (at_word(cursor, "OMIT")) refuse_part(cursor, "OMIT EMPTY MATCHES");
  if (cursor.at(Keyword::kWith)) refuse_part(cursor, "WITH UNMATCHED ROWS");
}

void parse_skip_target(TokenCursor& cursor, ast::MatchTable& match) {
  if (cursor.at(Keyword::kNext)) {
    cursor.take();
    cursor.expect(Keyword::kRow);
    match.after = ast::AfterMatch::kToNextRow;
    return;
  }
  // FIRST and LAST are names too, where no name follows.
  const bool worded = at_identifier(cursor, 1);
  match.after = worded && cursor.at(Keyword::kFirst) ? ast::AfterMatch::kToFirst : ast::AfterMatch::kToLast;
  if (worded && (cursor.at(Keyword::kFirst) || cursor.at(Keyword::kLast))) cursor.take();
  match.skip_target = parse_identifier(cursor, "a pattern variable's name");
}

// AFTER MATCH SKIP …
void parse_after_match(TokenCursor& cursor, ast::MatchTable& match) {
  if (!accept_word(cursor, "AFTER")) return;
  expect_word(cursor, "MATCH");
  expect_word(cursor, "SKIP");
  if (accept_word(cursor, "PAST")) {
    cursor.expect(Keyword::kLast);
    cursor.expect(Keyword::kRow);
    match.after = ast::AfterMatch::kPastLastRow;
    return;
  }
  cursor.expect(Keyword::kTo);
  parse_skip_target(cursor, match);
}

void parse_measures(TokenCursor& cursor, ast::MatchTable& match) {
  if (!accept_word(cursor, "MEASURES")) return;
  do {
    ast::Measure measure;
    measure.expression = parse_expression(cursor);
    cursor.expect(Keyword::kAs);
    measure.name = parse_identifier(cursor, "a column name");
    match.measures.push_back(std::move(measure));
  } while (cursor.accept(TokenKind::kComma));
}

void parse_pattern(TokenCursor& cursor, ast::MatchTable& match) {
  if (at_word(cursor, "INITIAL") || at_word(cursor, "SEEK")) refuse_part(cursor, "INITIAL or SEEK");
  expect_word(cursor, "PATTERN");
  cursor.expect(TokenKind::kLeftParen);
  if (cursor.at(TokenKind::kRightParen)) cursor.fail_here("PATTERN is empty", "Name at least one variable.");
  match.pattern = parse_alternation(cursor);
  cursor.expect(TokenKind::kRightParen);
  if (!cursor.accept(Keyword::kWithin)) return;
  match.within = parse_expression(cursor);
  if (!accept_word(cursor, "EMIT")) return;
  expect_word(cursor, "TIMEOUTS");
  match.with_timeouts = true;
}

void parse_subsets(TokenCursor& cursor, ast::MatchTable& match) {
  if (!accept_word(cursor, "SUBSET")) return;
  do {
    ast::RowPatternSubset subset;
    subset.name = parse_identifier(cursor, "a subset's name");
    cursor.expect(TokenKind::kEqual);
    subset.variables = parse_parenthesised_names(cursor, "a pattern variable's name");
    match.subsets.push_back(std::move(subset));
  } while (cursor.accept(TokenKind::kComma));
}

void parse_definitions(TokenCursor& cursor, ast::MatchTable& match) {
  expect_word(cursor, "DEFINE");
  do {
    ast::RowPatternDefinition definition;
    definition.variable = parse_identifier(cursor, "a pattern variable's name");
    cursor.expect(Keyword::kAs);
    definition.condition = parse_expression(cursor);
    match.definitions.push_back(std::move(definition));
  } while (cursor.accept(TokenKind::kComma));
}

}  // namespace

ast::TableReferencePtr parse_match_recognize(TokenCursor& cursor, ast::TableReferencePtr input) {
  const TokenCursor::Nesting nesting(cursor);
  auto match = std::make_unique<ast::MatchTable>();
  match->location = cursor.take().location;
  match->input = std::move(input);
  cursor.expect(TokenKind::kLeftParen);
  if (cursor.accept(Keyword::kPartition)) {
    cursor.expect(Keyword::kBy);
    match->partition_by = parse_expressions(cursor);
  }
  if (cursor.accept(Keyword::kOrder)) {
    cursor.expect(Keyword::kBy);
    match->order_by = parse_order_items(cursor);
  }
  parse_measures(cursor, *match);
  parse_rows_per_match(cursor, *match);
  parse_after_match(cursor, *match);
  parse_pattern(cursor, *match);
  parse_subsets(cursor, *match);
  parse_definitions(cursor, *match);
  cursor.expect(TokenKind::kRightParen);
  return match;
}

bool at_measure_semantics(TokenCursor& cursor) {
  if (!at_word(cursor, "FINAL") && !at_word(cursor, "RUNNING")) return false;
  const Token& name = cursor.peek(1);
  return name.kind == TokenKind::kWord && (!name.word.reserved || name.word.callable) &&
         cursor.at(TokenKind::kLeftParen, 2);
}

ast::ExpressionPtr parse_measure_semantics(TokenCursor& cursor) {
  const Token word = cursor.take();
  auto call = cursor.make<ast::FunctionCall>(word.location);
  call->name.parts.push_back({std::string(cursor.text_of(word)), word.location, false});
  call->syntax = ast::CallSyntax::kMeasure;
  add_argument(*call, parse_primary(cursor));
  return call;
}

}  // namespace tidemill
