// Text that was not written to be SQL: cut off, mutated, nested without end, noise. It ends in a tree or in a
// UserError.
#include <gtest/gtest.h>
#include <time.h>

#include <random>

#include "sql/limits.h"
#include "sql/parser.h"
#include "sql/to_sql.h"
#include "tests/unit/sql/corpus.h"

namespace tidemill {
namespace {

std::string repeat(std::string_view unit, size_t bytes) {
  std::string text;
  while (text.size() + unit.size() <= bytes) text += unit;
  return text;
}

// Parses, prints and destroys. Anything but UserError fails the test by escaping.
ScriptSyntax survive(std::string_view script) {
  ScriptSyntax syntax = parse_script_with_errors(script);
  for (const ast::StatementPtr& statement : syntax.statements) to_sql(*statement);
  return syntax;
}

std::string first_error(std::string_view script) {
  const ScriptSyntax syntax = survive(script);
  return syntax.errors.empty() ? "" : syntax.errors.front().what();
}

template <class Visit>
void for_each_text(Visit visit) {
  for (const corpus::Entry& entry : corpus::expressions()) visit("SELECT " + std::string(entry.sql));
  for (const corpus::Entry& entry : corpus::types()) visit(fmt::format("CREATE TABLE t (a {})", entry.sql));
  for (const corpus::Entry& entry : corpus::queries()) visit(std::string(entry.sql));
  for (const corpus::Entry& entry : corpus::statements()) visit(std::string(entry.sql));
  for (const corpus::ErrorEntry& entry : corpus::errors()) visit(std::string(entry.sql));
}

TEST(HostileText, EveryPrefixOfTheCorpus) {
  size_t prefixes = 0;
  for_each_text([&](const std::string& text) {
    for (size_t size = 0; size <= text.size(); ++size) {
      const ScriptSyntax syntax = survive(std::string_view(text).substr(0, size));
      ASSERT_LE(syntax.statements.size() + syntax.errors.size(), 3u) << text.substr(0, size);
      ++prefixes;
    }
  });
  EXPECT_GT(prefixes, 20'000u);
}

// Deletes, doubles and swaps tokens' bytes; a parse must still print text that parses to itself.
TEST(HostileText, MutationsOfTheCorpus) {
  std::mt19937 random(7);
  const auto below = [&](size_t bound) { return static_cast<size_t>(random() % bound); };
  constexpr std::string_view kPieces[] = {"(",    ")", ",", "'", "`",     "SELECT ", " FROM ",
                                          " AS ", "1", "*", ";", " NOT ", "[",       "/*+ "};
  size_t parsed = 0;
  for_each_text([&](const std::string& original) {
    for (int round = 0; round < 20; ++round) {
      std::string text = original;
      const size_t at = below(text.size());
      if (round % 2 == 0)
        text.insert(at, kPieces[below(std::size(kPieces))]);
      else
        text.erase(at, 1 + below(4));
      for (const ast::StatementPtr& statement : survive(text).statements) {
        const std::string printed = to_sql(*statement);
        ASSERT_EQ(to_sql(*parse_script(printed).at(0)), printed) << text;
        ++parsed;
      }
    }
  });
  EXPECT_GT(parsed, 1'000u);
}

TEST(HostileText, NestingHasALimitAndBelowItWorks) {
  const std::string limit = fmt::format("The statement nests deeper than {} levels", kNestingDepthMax);
  constexpr std::string_view kOpenings[] = {"(",
                                            "f(",
                                            "a[",
                                            "NOT ",
                                            "- ",
                                            "+ ",
                                            "INTERVAL ",
                                            "CASE WHEN ",
                                            "CAST(",
                                            "ARRAY[",
                                            "ROW(",
                                            "MAP[",
                                            "(SELECT ",
                                            "EXISTS (SELECT ",
                                            "a IN (",
                                            "a BETWEEN ",
                                            "a = ANY (",
                                            "a LIKE ",
                                            "CASE a WHEN 1 THEN ",
                                            "TRIM(",
                                            "SUM(a) FILTER (WHERE ",
                                            "COUNT(*) OVER (ORDER BY "};
  for (const std::string_view opening : kOpenings) {
    EXPECT_EQ(first_error(fmt::format("SELECT {}", repeat(opening, 10'000 * opening.size()))), limit) << opening;
  }
  EXPECT_EQ(first_error("SELECT * FROM " + repeat("(", 10'000)), limit);
  EXPECT_EQ(first_error(repeat("(", 10'000)), limit);
  EXPECT_EQ(first_error(repeat("SELECT * FROM (", 150'000)), limit);
  EXPECT_EQ(first_error(repeat("WITH a AS (", 110'000)), limit);
  EXPECT_EQ(first_error("SELECT a FROM t GROUP BY " + repeat("GROUPING SETS (", 150'000)), limit);
  EXPECT_EQ(first_error("CREATE TABLE t (a " + repeat("ARRAY<", 60'000)), limit);
  EXPECT_EQ(first_error("CREATE TABLE t (a " + repeat("ROW<a ", 60'000)), limit);
  EXPECT_EQ(first_error("SELECT * FROM a " + repeat("JOIN (a ", 80'000)), limit);
  const std::string deep = fmt::format("SELECT {}1{}", repeat("(", 400), repeat(")", 400));
  EXPECT_EQ(to_sql(*parse_query(deep)), "SELECT 1");
}

TEST(HostileText, ChainsHaveALimitAndBelowItWork) {
  const std::string limit = fmt::format("More than {} operators or joins in one chain", kOperatorChainMax);
  EXPECT_EQ(first_error("SELECT a" + repeat("+a", 200'000)), limit);
  EXPECT_EQ(first_error("SELECT a" + repeat(" IS NULL", 800'000)), limit);
  EXPECT_EQ(first_error("SELECT a" + repeat("[1]", 300'000)), limit);
  EXPECT_EQ(first_error("SELECT f()" + repeat(".a", 200'000)), limit);
  EXPECT_EQ(first_error("SELECT 1 FROM a" + repeat(",a", 200'000)), limit);
  EXPECT_EQ(first_error("SELECT 1 FROM a" + repeat(" CROSS JOIN a", 900'000)), limit);
  EXPECT_EQ(first_error("SELECT 1" + repeat(" UNION SELECT 1 EXCEPT SELECT 1", 900'000)), limit);
  EXPECT_EQ(first_error("CREATE TABLE t (a INT" + repeat(" ARRAY", 600'000)), limit);
  const std::string chain = "SELECT `a`" + repeat(" + `a`", 900 * 6);
  EXPECT_EQ(to_sql(*parse_query(chain)), chain);
}

// A chain on the left of a chain on the left …: heights add up, though each chain and the nesting are short.
TEST(HostileText, ChainsInNestingsAddUp) {
  std::string text = "a";
  for (int i = 0; i < 100; ++i) text = "(" + text + repeat("+a", 100) + ")";
  EXPECT_NE(first_error("SELECT " + text).find("operators or joins in one chain"), std::string::npos);
}

TEST(HostileText, FlatChainsAreNotLimitedByHeight) {
  const std::string conjunction = "SELECT `a`" + repeat(" AND `a`", 20'000 * 8);
  EXPECT_EQ(to_sql(*parse_query(conjunction)), conjunction);
  const std::string choice = "SELECT `a`" + repeat(" UNION ALL SELECT `a`", 20'000 * 21);
  EXPECT_EQ(to_sql(*parse_query(choice)), choice);
  const std::string nodes = fmt::format("The statement has more than {} expressions", kExpressionNodesMax);
  EXPECT_EQ(first_error("SELECT a" + repeat(" AND a", 900'000)), nodes);
  EXPECT_EQ(first_error("SELECT a IN (1" + repeat(",1", 900'000) + ")"), nodes);
  EXPECT_EQ(first_error("VALUES (1)" + repeat(",(1)", 900'000)), nodes);
}

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// A megabyte of anything ends soon. The bound is wide, for debug and sanitizer builds; release takes a twentieth of it.
TEST(HostileText, AMegabyteOfAnythingEndsSoon) {
  constexpr double kSecondsMax = 2.0;
  std::mt19937 random(11);
  std::string noise, soup;
  while (noise.size() < kSqlTextBytesMax) noise += static_cast<char>(1 + random() % 126);
  constexpr std::string_view kWords[] = {"SELECT",   "FROM",   "(",     ")",   ",",    "a",  "1", "'x'",
                                         "AND",      "CASE",   "WHEN",  "END", "JOIN", "ON", ";", "+",
                                         "INTERVAL", "CREATE", "TABLE", "`q`", "/*+",  "*/", "<"};
  while (soup.size() + 20 < kSqlTextBytesMax) soup += fmt::format("{} ", kWords[random() % std::size(kWords)]);
  std::vector<std::string> texts = {noise, soup};
  for (const std::string_view unit :
       {"(", "#", "'", "x;", "/*+", "e'\\", "SELECT 1 FROM t WHERE x IN (1, 2) AND y LIKE 'a%';\n"}) {
    texts.push_back(repeat(unit, kSqlTextBytesMax));
  }
  texts.push_back("BEGIN STATEMENT SET;" + repeat("INSERT x;", kSqlTextBytesMax - 100));
  for (const std::string& text : texts) {
    const double start = cpu_seconds();
    survive(text);
    EXPECT_LT(cpu_seconds() - start, kSecondsMax) << text.substr(0, 40);
  }
}

}  // namespace
}  // namespace tidemill
