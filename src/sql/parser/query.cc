// sql/parser/query.cc - queries around SELECT: WITH, set operators, VALUES, ORDER BY, LIMIT. Rule: parentheses that
// change nothing leave no trace in the tree.

#include "sql/parser/grammar.h"

namespace tidemill {
namespace {

using ast::QueryBodyPtr;
using ast::QueryPtr;

// Set operators bind to the left; INTERSECT binds tighter than UNION and EXCEPT.
constexpr int kUnionPrecedence = 1;
constexpr int kIntersectPrecedence = 2;

bool has_clauses(const ast::Query& query) {
  return !query.with.empty() || !query.order_by.empty() || query.limit != nullptr || query.offset != nullptr;
}

// Returns a query in parentheses as a body: the body itself where nothing else is in the parentheses.
QueryBodyPtr nested_body(QueryPtr query) {
  if (!has_clauses(*query)) return std::move(query->body);
  auto nested = std::make_unique<ast::NestedQuery>();
  nested->location = query->location;
  nested->query = std::move(query);
  return nested;
}

// Reads (1, 2), ROW(1, 2), or a single expression.
std::vector<ast::ExpressionPtr> parse_values_row(TokenCursor& cursor) {
  const bool row_word = cursor.at(Keyword::kRow);
  ast::ExpressionPtr row = parse_expression(cursor);
  const bool is_row = row->kind == ast::ExpressionKind::kRow && row->as<ast::RowConstructor>().is_explicit == row_word;
  if (is_row) return std::move(row->as<ast::RowConstructor>().elements);
  std::vector<ast::ExpressionPtr> single;
  single.push_back(std::move(row));
  return single;
}

QueryBodyPtr parse_values(TokenCursor& cursor) {
  auto values = std::make_unique<ast::Values>();
  values->location = cursor.take().location;
  do {
    values->rows.push_back(parse_values_row(cursor));
  } while (cursor.accept(TokenKind::kComma));
  return values;
}

QueryBodyPtr parse_body_operand(TokenCursor& cursor) {
  if (cursor.at(Keyword::kSelect)) return parse_select(cursor);
  if (cursor.at(Keyword::kValues)) return parse_values(cursor);
  if (cursor.at(Keyword::kTable)) {
    auto table = std::make_unique<ast::TableBody>();
    table->location = cursor.take().location;
    table->name = parse_qualified_name(cursor, "a table name");
    return table;
  }
  if (cursor.at(TokenKind::kLeftParen)) {
    cursor.take();
    QueryPtr query = parse_query(cursor);
    cursor.expect(TokenKind::kRightParen);
    return nested_body(std::move(query));
  }
  cursor.expecting("SELECT");
  cursor.expecting("VALUES");
  cursor.fail_expected("'('");
}

std::optional<ast::SetOperator> set_operator(TokenCursor& cursor) {
  if (cursor.at(Keyword::kUnion)) return ast::SetOperator::kUnion;
  if (cursor.at(Keyword::kIntersect)) return ast::SetOperator::kIntersect;
  if (cursor.at(Keyword::kExcept)) return ast::SetOperator::kExcept;
  for (const Keyword keyword : {Keyword::kUnion, Keyword::kIntersect, Keyword::kExcept}) {
    cursor.expecting(keyword_text(keyword));
  }
  return std::nullopt;
}

QueryBodyPtr parse_set_operations(TokenCursor& cursor, int precedence_min);

// Reads the set operators behind `left`. Those of one kind in a row become one flat node.
QueryBodyPtr extend_set_operations(TokenCursor& cursor, QueryBodyPtr left, int precedence_min) {
  TokenCursor::Chain chain(cursor);
  ast::SetOperation* open = nullptr;  // `left`, where it was made here and may take more operands
  while (const std::optional<ast::SetOperator> op = set_operator(cursor)) {
    const int precedence = *op == ast::SetOperator::kIntersect ? kIntersectPrecedence : kUnionPrecedence;
    if (precedence < precedence_min) break;
    const SourceLocation location = cursor.take().location;
    const bool all = cursor.accept(Keyword::kAll);
    if (!all && cursor.at(Keyword::kDistinct)) cursor.take();
    if (open == nullptr || open->op != *op || open->all != all) {
      auto operation = std::make_unique<ast::SetOperation>();
      operation->location = location;
      operation->op = *op;
      operation->all = all;
      operation->operands.push_back(std::move(left));
      open = operation.get();
      left = std::move(operation);
      chain.grow();
    }
    open->operands.push_back(parse_set_operations(cursor, precedence + 1));
  }
  return left;
}

QueryBodyPtr parse_set_operations(TokenCursor& cursor, int precedence_min) {
  return extend_set_operations(cursor, parse_body_operand(cursor), precedence_min);
}

ast::ExpressionPtr parse_row_count(TokenCursor& cursor, std::string_view what) {
  if (!cursor.at(TokenKind::kInteger)) cursor.fail_expected(what);
  return parse_literal(cursor);
}

void skip_rows_word(TokenCursor& cursor) {
  if (cursor.at(Keyword::kRow) || cursor.at(Keyword::kRows)) cursor.take();
}

// LIMIT count [OFFSET start], or OFFSET start [FETCH …], or FETCH FIRST count ROWS ONLY
void parse_limit(TokenCursor& cursor, ast::Query& query) {
  const bool limited = cursor.accept(Keyword::kLimit);
  if (limited && !cursor.accept(Keyword::kAll)) {
    query.limit = parse_row_count(cursor, "a whole number of rows");
    if (cursor.at(TokenKind::kComma)) {
      cursor.fail_here("LIMIT start, count is not supported", "Write LIMIT count OFFSET start");
    }
  }
  if (cursor.accept(Keyword::kOffset)) {
    query.offset = parse_row_count(cursor, "a whole number of rows");
    skip_rows_word(cursor);
    if (cursor.at(Keyword::kLimit)) {
      cursor.fail_here("LIMIT stands behind OFFSET", "Write LIMIT count OFFSET start");
    }
  }
  if (!limited && cursor.accept(Keyword::kFetch)) {
    if (!cursor.accept(Keyword::kFirst)) cursor.expect(Keyword::kNext);
    query.limit = parse_row_count(cursor, "a whole number of rows");
    if (!cursor.accept(Keyword::kRow)) cursor.expect(Keyword::kRows);
    cursor.expect(Keyword::kOnly);
  }
}

void parse_tail(TokenCursor& cursor, ast::Query& query) {
  if (cursor.accept(Keyword::kOrder)) {
    cursor.expect(Keyword::kBy);
    query.order_by = parse_order_items(cursor);
  }
  parse_limit(cursor, query);
}

void parse_with(TokenCursor& cursor, ast::Query& query) {
  cursor.take();
  if (cursor.at(Keyword::kRecursive)) {
    cursor.take();
    query.recursive = true;
  }
  do {
    ast::CommonTableExpression table;
    table.name = parse_identifier(cursor, "a table name");
    if (cursor.at(TokenKind::kLeftParen)) table.columns = parse_parenthesised_names(cursor, "a column name");
    cursor.expect(Keyword::kAs);
    cursor.expect(TokenKind::kLeftParen);
    table.query = parse_query(cursor);
    cursor.expect(TokenKind::kRightParen);
    query.with.push_back(std::move(table));
  } while (cursor.accept(TokenKind::kComma));
}

// Returns `query` without a pair of parentheses that enclose all of it.
QueryPtr simplify(QueryPtr query) {
  if (has_clauses(*query) || query->body->kind != ast::QueryBodyKind::kNested) return query;
  return std::move(query->body->as<ast::NestedQuery>().query);
}

}  // namespace

bool at_query(TokenCursor& cursor) {
  return cursor.at(Keyword::kSelect) || cursor.at(Keyword::kWith) || cursor.at(Keyword::kValues) ||
         cursor.at(Keyword::kTable);
}

QueryPtr parse_query(TokenCursor& cursor) {
  const TokenCursor::Nesting nesting(cursor);
  QueryPtr query = ast::make_query();
  query->location = cursor.location();
  if (cursor.at(Keyword::kWith)) parse_with(cursor, *query);
  query->body = parse_set_operations(cursor, kUnionPrecedence);
  parse_tail(cursor, *query);
  return simplify(std::move(query));
}

bool at_query_continuation(TokenCursor& cursor) {
  for (const Keyword keyword : {Keyword::kUnion, Keyword::kIntersect, Keyword::kExcept, Keyword::kOrder,
                                Keyword::kLimit, Keyword::kOffset, Keyword::kFetch}) {
    if (cursor.at(keyword)) return true;
  }
  return false;
}

QueryPtr continue_query(TokenCursor& cursor, QueryPtr parenthesised) {
  QueryPtr query = ast::make_query();
  query->location = parenthesised->location;
  query->body = extend_set_operations(cursor, nested_body(std::move(parenthesised)), kUnionPrecedence);
  parse_tail(cursor, *query);
  return query;
}

}  // namespace tidemill
