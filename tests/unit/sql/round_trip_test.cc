// What parses prints as canonical SQL, and that parses to the same again.
#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "sql/parser.h"
#include "sql/to_sql.h"
#include "tests/unit/sql/corpus.h"

namespace tidemill {
namespace {

using Canonical = std::function<std::string(std::string_view)>;

std::string canonical_script(std::string_view sql) {
  std::string text;
  for (const ast::StatementPtr& statement : parse_script(sql)) {
    if (!text.empty()) text += "; ";
    text += to_sql(*statement);
  }
  return text;
}

void expect_round_trip(std::span<const corpus::Entry> entries, const Canonical& canonical) {
  for (const corpus::Entry& entry : entries) {
    SCOPED_TRACE(entry.sql);
    try {
      const std::string text = canonical(entry.sql);
      EXPECT_EQ(text, entry.canonical);
      EXPECT_EQ(canonical(text), text);
    } catch (const UserError& error) {
      ADD_FAILURE() << error.location()->line << ':' << error.location()->column << ' ' << error.what();
    }
  }
}

TEST(RoundTrip, Expressions) {
  expect_round_trip(corpus::expressions(), [](std::string_view sql) { return to_sql(*parse_expression(sql)); });
}

TEST(RoundTrip, Types) {
  expect_round_trip(corpus::types(), [](std::string_view sql) { return to_sql(parse_type_name(sql)); });
}

TEST(RoundTrip, Queries) {
  expect_round_trip(corpus::queries(), canonical_script);
  expect_round_trip(corpus::queries(), [](std::string_view sql) { return to_sql(*parse_query(sql)); });
}

TEST(RoundTrip, Statements) { expect_round_trip(corpus::statements(), canonical_script); }

TEST(RoundTrip, EveryStatementKindIsInTheCorpus) {
  std::set<ast::StatementKind> kinds;
  for (const corpus::Entry& entry : corpus::statements()) kinds.insert(parse_script(entry.sql).at(0)->kind);
  for (int kind = 0; kind <= static_cast<int>(ast::StatementKind::kQuery); ++kind) {
    EXPECT_TRUE(kinds.contains(static_cast<ast::StatementKind>(kind))) << kind;
  }
}

TEST(RoundTrip, KeywordsHaveNoCaseAndNamesKeepTheirs) {
  EXPECT_EQ(to_sql(*parse_query("sElEcT MyColumn FrOm MyTable")), "SELECT `MyColumn` FROM `MyTable`");
  EXPECT_EQ(to_sql(*parse_query("SELECT `a``b`")), "SELECT `a``b`");
}

}  // namespace
}  // namespace tidemill
