// sql/parser/select.cc - SELECT and its clauses, and hints. Rule: a clause out of place is named in the error.
#include <fmt/format.h>

#include "sql/parser/grammar.h"

namespace tidemill {
namespace {

// What could stand in place of an alias without AS, for "did you mean".
constexpr std::string_view kBehindSelectItem[] = {"FROM",  "AS",     "WHERE",     "GROUP", "ORDER",
                                                  "UNION", "EXCEPT", "INTERSECT", "LIMIT"};

ast::SelectItem parse_select_item(TokenCursor& cursor) {
  ast::SelectItem item;
  item.expression = parse_expression_or_star(cursor);
  if (item.expression->kind == ast::ExpressionKind::kStar) return item;
  if (cursor.at(Keyword::kAs)) {
    cursor.take();
    item.alias = parse_identifier(cursor, "a column name");
  } else if (at_identifier(cursor)) {
    cursor.note_implicit_alias(cursor.peek(), kBehindSelectItem);
    item.alias = parse_identifier(cursor, "a column name");
  }
  return item;
}

// Reads the parentheses of ROLLUP, CUBE or GROUPING SETS.
void parse_grouping_elements(TokenCursor& cursor, ast::GroupingElement& outer);

ast::GroupingElement parse_grouping_element(TokenCursor& cursor) {
  const TokenCursor::Nesting nesting(cursor);
  ast::GroupingElement element;
  element.location = cursor.location();
  if (cursor.at(Keyword::kGrouping) && cursor.at(Keyword::kSets, 1)) {
    cursor.take();
    cursor.take();
    element.kind = ast::GroupingKind::kGroupingSets;
    parse_grouping_elements(cursor, element);
  } else if (cursor.at(Keyword::kRollup) || cursor.at(Keyword::kCube)) {
    const bool rollup = cursor.take().word.keyword == Keyword::kRollup;
    element.kind = rollup ? ast::GroupingKind::kRollup : ast::GroupingKind::kCube;
    parse_grouping_elements(cursor, element);
  } else if (cursor.at(TokenKind::kLeftParen) && cursor.at(TokenKind::kRightParen, 1)) {
    cursor.take();
    cursor.take();
  } else {
    ast::ExpressionPtr expression = parse_expression(cursor);
    const auto* row = expression->try_as<ast::RowConstructor>();
    if (row != nullptr && !row->is_explicit) {  // (a, b)
      element.expressions = std::move(expression->as<ast::RowConstructor>().elements);
    } else {
      element.expressions.push_back(std::move(expression));
    }
  }
  return element;
}

void parse_grouping_elements(TokenCursor& cursor, ast::GroupingElement& outer) {
  cursor.expect(TokenKind::kLeftParen);
  do {
    ast::GroupingElement element = parse_grouping_element(cursor);
    const bool nested = element.kind != ast::GroupingKind::kExpressions;
    if (nested && outer.kind != ast::GroupingKind::kGroupingSets) {
      throw UserError(element.location, "ROLLUP and CUBE take columns only", "Use GROUPING SETS around them");
    }
    outer.elements.push_back(std::move(element));
  } while (cursor.accept(TokenKind::kComma));
  cursor.expect(TokenKind::kRightParen);
}

void parse_group_by(TokenCursor& cursor, ast::Select& select) {
  cursor.expect(Keyword::kBy);
  select.group_by_distinct = cursor.accept(Keyword::kDistinct);
  if (!select.group_by_distinct) cursor.accept(Keyword::kAll);
  select.has_group_by = true;
  do {
    select.group_by.push_back(parse_grouping_element(cursor));
  } while (cursor.accept(TokenKind::kComma));
}

void parse_windows(TokenCursor& cursor, ast::Select& select) {
  do {
    ast::NamedWindow window;
    window.name = parse_identifier(cursor, "a window name");
    cursor.expect(Keyword::kAs);
    window.specification = parse_parenthesised_window(cursor);
    select.windows.push_back(std::move(window));
  } while (cursor.accept(TokenKind::kComma));
}

// Refuses a clause that stands in the wrong place, by name.
void check_clause_order(TokenCursor& cursor, const ast::Select& select) {
  if (select.from == nullptr) {
    for (const Keyword keyword :
         {Keyword::kWhere, Keyword::kGroup, Keyword::kHaving, Keyword::kWindow, Keyword::kQualify}) {
      if (cursor.at(keyword))
        cursor.fail_here(fmt::format("{} needs FROM", keyword_text(keyword)), "Add FROM before it");
    }
    return;
  }
  static constexpr Keyword kOrder[] = {Keyword::kWhere, Keyword::kGroup, Keyword::kHaving, Keyword::kWindow,
                                       Keyword::kQualify};
  for (const Keyword keyword : kOrder) {
    if (!cursor.at(keyword)) continue;
    cursor.fail_here(fmt::format("{} is in the wrong place, or there twice", keyword_text(keyword)),
                     "The order is FROM, WHERE, GROUP BY, HAVING, WINDOW, QUALIFY, ORDER BY, LIMIT");
  }
}

ast::HintArgument parse_hint_argument(TokenCursor& cursor) {
  const auto parse_part = [&cursor](bool& is_string) -> std::string {
    is_string = at_string(cursor);
    if (is_string) return parse_string(cursor);
    const TokenKind kind = cursor.peek().kind;
    const bool number = kind == TokenKind::kInteger || kind == TokenKind::kDecimal || kind == TokenKind::kApproximate;
    if (number) return std::string(cursor.text_of(cursor.take()));
    cursor.expecting("a string");
    return parse_identifier(cursor, "a name").name;
  };
  ast::HintArgument argument;
  argument.value = parse_part(argument.is_string);
  if (cursor.at(TokenKind::kEqual)) {
    cursor.take();
    argument.key = std::move(argument.value);
    argument.value = parse_part(argument.is_string);
  }
  return argument;
}

}  // namespace

std::vector<ast::Hint> parse_hints(TokenCursor& cursor) {
  std::vector<ast::Hint> hints;
  if (!cursor.at(TokenKind::kHintStart)) return hints;
  cursor.take();
  do {
    ast::Hint hint;
    hint.name = parse_identifier(cursor, "a hint's name");
    if (cursor.accept(TokenKind::kLeftParen)) {
      do {
        hint.arguments.push_back(parse_hint_argument(cursor));
      } while (cursor.accept(TokenKind::kComma));
      cursor.expect(TokenKind::kRightParen);
    }
    hints.push_back(std::move(hint));
  } while (cursor.accept(TokenKind::kComma));
  cursor.expect(TokenKind::kHintEnd);
  return hints;
}

std::unique_ptr<ast::Select> parse_select(TokenCursor& cursor) {
  auto select = std::make_unique<ast::Select>();
  select->location = cursor.take().location;
  select->hints = parse_hints(cursor);
  if (cursor.at(Keyword::kDistinct)) {
    cursor.take();
    select->distinct = true;
  } else if (cursor.at(Keyword::kAll)) {
    cursor.take();
  }
  do {
    select->items.push_back(parse_select_item(cursor));
  } while (cursor.accept(TokenKind::kComma));
  if (cursor.accept(Keyword::kFrom)) {
    select->from = parse_from(cursor);
    if (cursor.accept(Keyword::kWhere)) select->where = parse_expression(cursor);
    if (cursor.accept(Keyword::kGroup)) parse_group_by(cursor, *select);
    if (cursor.accept(Keyword::kHaving)) select->having = parse_expression(cursor);
    if (cursor.accept(Keyword::kWindow)) parse_windows(cursor, *select);
    if (cursor.accept(Keyword::kQualify)) select->qualify = parse_expression(cursor);
  }
  check_clause_order(cursor, *select);
  return select;
}

}  // namespace tidemill
