// sql/parser/table_reference.cc - FROM: tables, sub-queries, table functions and joins. Rule: joins nest to the left,
// and the comma binds least.

#include "sql/parser/grammar.h"

namespace tidemill {
namespace {

using ast::TableReferencePtr;

// What could stand in place of a table's alias without AS, for "did you mean".
constexpr std::string_view kBehindTable[] = {"AS",     "WHERE",  "GROUP", "HAVING", "ORDER",   "LIMIT",  "JOIN",
                                             "LEFT",   "RIGHT",  "FULL",  "INNER",  "CROSS",   "ON",     "UNION",
                                             "EXCEPT", "WINDOW", "USING", "FETCH",  "QUALIFY", "OFFSET", "NATURAL"};

TableReferencePtr parse_joined_table(TokenCursor& cursor);

void refuse_table_suffix(TokenCursor& cursor) {
  if (cursor.at(Keyword::kTablesample)) fail_not_supported(cursor, "TABLESAMPLE", "Filter with RAND() instead");
  if (cursor.at(Keyword::kPivot)) fail_not_supported(cursor, "PIVOT", "Use aggregates with FILTER (WHERE …)");
  if (cursor.at(Keyword::kUnpivot)) fail_not_supported(cursor, "UNPIVOT", "Use UNION ALL, or CROSS JOIN UNNEST");
}

void parse_alias(TokenCursor& cursor, ast::TableReference& table) {
  refuse_table_suffix(cursor);
  const bool explicit_alias = cursor.accept(Keyword::kAs);
  if (!explicit_alias && !at_identifier(cursor)) return;
  if (!explicit_alias) cursor.note_implicit_alias(cursor.peek(), kBehindTable);
  table.alias.emplace();
  table.alias->name = parse_identifier(cursor, "a table name");
  if (cursor.at(TokenKind::kLeftParen)) table.alias->columns = parse_parenthesised_names(cursor, "a column name");
  refuse_table_suffix(cursor);
}

// t, catalog.db.t or 'file' with hints and FOR SYSTEM_TIME AS OF; or f(…).
TableReferencePtr parse_named_table(TokenCursor& cursor) {
  auto table = std::make_unique<ast::NamedTable>();
  table->location = cursor.location();
  if (at_string(cursor)) {
    table->path = parse_string(cursor);
  } else {
    table->name = parse_qualified_name(cursor, "a table name");
    if (cursor.at(TokenKind::kLeftParen)) {
      auto function = std::make_unique<ast::FunctionTable>();
      function->location = table->location;
      function->call = parse_call(cursor, std::move(table->name), CallPlace::kTable);
      return function;
    }
  }
  table->hints = parse_hints(cursor);
  if (cursor.accept(Keyword::kFor)) {
    cursor.expect(Keyword::kSystemTime);
    cursor.expect(Keyword::kAs);
    cursor.expect(Keyword::kOf);
    table->as_of = parse_expression(cursor);
  }
  return table;
}

// TABLE(f(…))
TableReferencePtr parse_wrapped_function(TokenCursor& cursor) {
  auto function = std::make_unique<ast::FunctionTable>();
  function->location = cursor.take().location;
  function->wrapped = true;
  cursor.expect(TokenKind::kLeftParen);
  ast::QualifiedName name = parse_qualified_name(cursor, "a table function's name");
  function->call = parse_call(cursor, std::move(name), CallPlace::kTable);
  cursor.expect(TokenKind::kRightParen);
  return function;
}

TableReferencePtr parse_unnest(TokenCursor& cursor) {
  auto unnest = std::make_unique<ast::UnnestTable>();
  unnest->location = cursor.take().location;
  cursor.expect(TokenKind::kLeftParen);
  unnest->operands = parse_expressions(cursor);
  cursor.expect(TokenKind::kRightParen);
  if (cursor.at(Keyword::kWith)) {
    cursor.take();
    cursor.expect(Keyword::kOrdinality);
    unnest->with_ordinality = true;
  }
  return unnest;
}

TableReferencePtr make_derived_table(SourceLocation location, ast::QueryPtr query) {
  auto table = std::make_unique<ast::DerivedTable>();
  table->location = location;
  table->query = std::move(query);
  return table;
}

// LATERAL TABLE(f(…)), LATERAL UNNEST(…), LATERAL (query)
TableReferencePtr parse_lateral(TokenCursor& cursor) {
  const SourceLocation location = cursor.take().location;
  TableReferencePtr table;
  if (cursor.at(Keyword::kTable)) {
    table = parse_wrapped_function(cursor);
    table->as<ast::FunctionTable>().lateral = true;
  } else if (cursor.at(Keyword::kUnnest)) {
    table = parse_unnest(cursor);
    table->as<ast::UnnestTable>().lateral = true;
  } else {
    cursor.expecting("TABLE");
    cursor.expecting("UNNEST");
    cursor.expect(TokenKind::kLeftParen);
    table = make_derived_table(location, parse_query(cursor));
    cursor.expect(TokenKind::kRightParen);
    table->as<ast::DerivedTable>().lateral = true;
  }
  table->location = location;
  return table;
}

// ( query ), or a join in parentheses. `( (query) UNION … )` shows only behind the inner parentheses which of them it
// is.
TableReferencePtr parse_parenthesised_table(TokenCursor& cursor) {
  const TokenCursor::Nesting nesting(cursor);
  const SourceLocation location = cursor.take().location;
  TableReferencePtr table;
  if (at_query(cursor)) {
    table = make_derived_table(location, parse_query(cursor));
  } else {
    table = parse_joined_table(cursor);
    const bool bare_query = table->kind == ast::TableKind::kDerived && !table->alias;
    if (bare_query && at_query_continuation(cursor)) {
      ast::QueryPtr query = std::move(table->as<ast::DerivedTable>().query);
      table = make_derived_table(location, continue_query(cursor, std::move(query)));
    } else if (!bare_query && table->kind != ast::TableKind::kJoin) {
      cursor.fail_here("Parentheses in FROM hold a query or a join", "Leave out the parentheses around the table");
    }
  }
  cursor.expect(TokenKind::kRightParen);
  return table;
}

TableReferencePtr parse_table_factor(TokenCursor& cursor) {
  TableReferencePtr table;
  if (cursor.at(TokenKind::kLeftParen)) {
    table = parse_parenthesised_table(cursor);
    if (table->kind == ast::TableKind::kJoin) return table;
  } else if (cursor.at(Keyword::kLateral)) {
    table = parse_lateral(cursor);
  } else if (cursor.at(Keyword::kTable)) {
    table = parse_wrapped_function(cursor);
  } else if (cursor.at(Keyword::kUnnest)) {
    table = parse_unnest(cursor);
  } else {
    cursor.expecting("a file in single quotes");
    cursor.expecting("'('");
    table = parse_named_table(cursor);
  }
  if (!table->alias) parse_alias(cursor, *table);
  if (!cursor.at(Keyword::kMatchRecognize)) return table;
  table = parse_match_recognize(cursor, std::move(table));
  parse_alias(cursor, *table);
  return table;
}

// Reads INNER JOIN, LEFT OUTER JOIN, CROSS JOIN, … up to and with JOIN. Returns nullopt when there is no join.
std::optional<ast::JoinKind> parse_join_words(TokenCursor& cursor) {
  struct OuterJoin {
    Keyword keyword;
    ast::JoinKind kind;
  };
  static constexpr OuterJoin kOuterJoins[] = {{Keyword::kLeft, ast::JoinKind::kLeft},
                                              {Keyword::kRight, ast::JoinKind::kRight},
                                              {Keyword::kFull, ast::JoinKind::kFull}};
  if (cursor.accept(Keyword::kJoin)) return ast::JoinKind::kInner;
  if (cursor.accept(Keyword::kInner)) {
    cursor.expect(Keyword::kJoin);
    return ast::JoinKind::kInner;
  }
  if (cursor.accept(Keyword::kCross)) {
    cursor.expect(Keyword::kJoin);
    return ast::JoinKind::kCross;
  }
  for (const OuterJoin& outer : kOuterJoins) {
    if (!cursor.accept(outer.keyword)) continue;
    cursor.accept(Keyword::kOuter);
    cursor.expect(Keyword::kJoin);
    return outer.kind;
  }
  return std::nullopt;
}

void parse_join_condition(TokenCursor& cursor, ast::JoinedTable& join) {
  if (join.natural || join.join == ast::JoinKind::kCross) {
    if (cursor.at(Keyword::kOn) || cursor.at(Keyword::kUsing)) {
      cursor.fail_here("A CROSS or NATURAL join takes no condition", "Write JOIN … ON, or use WHERE");
    }
    return;
  }
  if (cursor.accept(Keyword::kUsing)) {
    join.using_columns = parse_parenthesised_names(cursor, "a column name");
    return;
  }
  cursor.expect(Keyword::kOn);
  join.on = parse_expression(cursor);
}

TableReferencePtr parse_joined_table(TokenCursor& cursor) {
  TokenCursor::Chain chain(cursor);
  TableReferencePtr left = parse_table_factor(cursor);
  for (;;) {
    const SourceLocation location = cursor.location();
    const bool natural = cursor.accept(Keyword::kNatural);
    const std::optional<ast::JoinKind> kind = parse_join_words(cursor);
    if (!kind) {
      if (natural) cursor.fail_expected();
      return left;
    }
    auto join = std::make_unique<ast::JoinedTable>();
    join->location = location;
    join->join = *kind;
    join->natural = natural;
    join->left = std::move(left);
    join->right = parse_table_factor(cursor);
    parse_join_condition(cursor, *join);
    left = std::move(join);
    chain.grow();
  }
}

}  // namespace

TableReferencePtr parse_from(TokenCursor& cursor) {
  TokenCursor::Chain chain(cursor);
  TableReferencePtr left = parse_joined_table(cursor);
  while (cursor.at(TokenKind::kComma)) {
    auto join = std::make_unique<ast::JoinedTable>();
    join->location = cursor.take().location;
    join->join = ast::JoinKind::kComma;
    join->left = std::move(left);
    join->right = parse_joined_table(cursor);
    left = std::move(join);
    chain.grow();
  }
  return left;
}

}  // namespace tidemill
