// sql/parser/explain.cc - EXPLAIN. Rule: what it explains is a statement of its own, with its own source text.
#include <algorithm>

#include "sql/parser/grammar.h"

namespace tidemill {
namespace {

std::optional<ast::ExplainDetail> accept_detail(TokenCursor& cursor) {
  if (cursor.accept(Keyword::kEstimatedCost)) return ast::ExplainDetail::kEstimatedCost;
  if (cursor.accept(Keyword::kChangelogMode)) return ast::ExplainDetail::kChangelogMode;
  if (cursor.accept(Keyword::kPlanAdvice)) return ast::ExplainDetail::kPlanAdvice;
  if (cursor.accept(Keyword::kJsonExecutionPlan)) return ast::ExplainDetail::kJsonExecutionPlan;
  return std::nullopt;
}

void parse_details(TokenCursor& cursor, ast::Explain& explain) {
  SourceLocation location = cursor.location();
  std::optional<ast::ExplainDetail> detail = accept_detail(cursor);
  if (!detail && cursor.accept(Keyword::kState)) {
    if (cursor.at(TokenKind::kComma)) {
      throw UserError(location, "EXPLAIN STATE gives a table of its own, and no plan",
                      "Ask for the rest without STATE");
    }
    explain.details.push_back(ast::ExplainDetail::kState);
    return;
  }
  while (detail) {
    if (std::find(explain.details.begin(), explain.details.end(), *detail) != explain.details.end()) {
      throw UserError(location, "This detail of EXPLAIN is there twice", "Leave one out");
    }
    explain.details.push_back(*detail);
    if (!cursor.accept(TokenKind::kComma)) return;
    location = cursor.location();
    detail = accept_detail(cursor);
    if (!detail) cursor.fail_expected();
  }
}

ast::StatementPtr parse_explained(TokenCursor& cursor) {
  const Token first = cursor.peek();
  ast::StatementPtr statement;
  if (cursor.at(Keyword::kStatement)) {
    statement = parse_statement_set(cursor);
  } else if (cursor.at(Keyword::kExecute)) {
    statement = parse_execute(cursor);
  } else if (cursor.at(Keyword::kInsert)) {
    statement = parse_insert(cursor);
  } else if (cursor.at(Keyword::kCreate)) {
    statement = parse_create(cursor);
    if (statement->kind != ast::StatementKind::kCreateTable || statement->as<ast::CreateTable>().query == nullptr) {
      throw UserError(first.location, "EXPLAIN takes no such CREATE",
                      "Explain a query, an INSERT or CREATE TABLE … AS");
    }
  } else if (at_query(cursor) || cursor.at(TokenKind::kLeftParen)) {
    auto query = std::make_unique<ast::QueryStatement>();
    query->query = parse_query(cursor);
    statement = std::move(query);
  } else {
    for (const std::string_view word : {"SELECT", "WITH", "INSERT", "STATEMENT", "EXECUTE"}) cursor.expecting(word);
    cursor.fail_expected();
  }
  statement->location = first.location;
  set_source_text(cursor, *statement, first.begin);
  return statement;
}

}  // namespace

ast::StatementPtr parse_explain(TokenCursor& cursor) {
  cursor.take();
  auto explain = std::make_unique<ast::Explain>();
  if (cursor.at(Keyword::kPlan)) {
    cursor.take();
    cursor.expect(Keyword::kFor);
  } else {
    cursor.expecting("PLAN");
    parse_details(cursor, *explain);
  }
  explain->statement = parse_explained(cursor);
  return explain;
}

}  // namespace tidemill
