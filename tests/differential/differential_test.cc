// Random queries over random rows, in every way, against the naive evaluator. A failing seed prints SQL and data as a
// test case, with parts of the query and rows taken away as long as it still fails. TIDEMILL_SEED=n runs that seed
// alone.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>

#include "cli/commands.h"
#include "testing/runner.h"
#include "tests/differential/both_modes.h"
#include "tests/differential/naive.h"
#include "tests/differential/seeds.h"

namespace tidemill::differential {
namespace {

constexpr uint64_t kSeeds = 2000;

TestCase case_of(const Query& query, const std::vector<Row>& rows) {
  TestCase test;
  test.name = "random";
  test.statements.push_back({1, query.table_sql()});
  test.query = TestSql{1, query.sql()};
  for (const Row& row : rows) {
    const std::string table = query.two_tables && row.second ? "u" : "t";
    if (test.steps.empty() || test.steps.back().table != table) test.steps.emplace_back().table = table;
    test.steps.back().rows.push_back({0, RowKind::kInsert, cells_of(row)});
  }
  const Answer answer = evaluate_naively(query, rows);
  TestExpectation table;
  for (const auto& cells : answer.rows) table.rows.push_back({0, RowKind::kInsert, cells});
  TestExpectation late;
  late.kind = TestExpectation::Kind::kLate;
  late.count = answer.late;
  test.expectations = {table, late};
  return test;
}

// Such a row may be late, or come to a partition that has been forgotten; in batch mode there is no too late.
bool some_row_is_behind(const Query& query, const std::vector<Row>& rows) {
  using Shape = Query::Shape;
  constexpr std::array kByTime = {Shape::kAssign, Shape::kWindow, Shape::kOver, Shape::kTopN, Shape::kDeduplicate};
  if (std::ranges::find(kByTime, query.shape) == kByTime.end()) return false;
  int64_t latest = std::numeric_limits<int64_t>::min() / 2;
  return std::ranges::any_of(rows, [&](const Row& row) {
    const bool behind = row.ts_ms <= latest - query.watermark_delay_ms;
    latest = std::max(latest, row.ts_ms);
    return behind;
  });
}

std::optional<TestFailure> run(const Query& query, const std::vector<Row>& rows) {
  const TestCase test = case_of(query, rows);
  return some_row_is_behind(query, rows) ? run_test_case("random", test, all_test_ways(), make_builtin_registries)
                                         : run_in_both_modes(test);
}

// Queries that have one part less.
std::vector<Query> simpler(const Query& query) {
  std::vector<Query> result;
  const auto without = [&](auto&& take_away) {
    Query less = query;
    take_away(less);
    if (less.sql() != query.sql()) result.push_back(std::move(less));
  };
  without([](Query& less) { less.where.reset(); });
  without([](Query& less) { less.having_more_than.reset(); });
  without([](Query& less) { less.two_tables = false; });
  without([](Query& less) { less.window.offset_ms = 0; });
  for (size_t i = 0; i < query.projections.size() && query.projections.size() > 1; ++i)
    without([&](Query& less) { less.projections.erase(less.projections.begin() + static_cast<ptrdiff_t>(i)); });
  for (size_t i = 0; i < query.aggregates.size(); ++i) {
    without([&](Query& less) { less.aggregates[i].filter.reset(); });
    without([&](Query& less) { less.aggregates[i].distinct = false; });
    if (query.aggregates.size() == 1) continue;
    without([&](Query& less) { less.aggregates.erase(less.aggregates.begin() + static_cast<ptrdiff_t>(i)); });
  }
  return result;
}

// Takes parts of the query away, one at a time, while it still fails.
Query shrink_query(Query query, const std::vector<Row>& rows) {
  for (;;) {
    const std::vector<Query> candidates = simpler(query);
    const auto fails = [&](const Query& less) { return run(less, rows).has_value(); };
    const auto found = std::ranges::find_if(candidates, fails);
    if (found == candidates.end()) return query;
    query = *found;
  }
}

// Takes rows away, one at a time, while the query still fails.
std::vector<Row> shrink_rows(const Query& query, std::vector<Row> rows) {
  for (size_t i = rows.size(); i-- > 0;) {
    std::vector<Row> fewer = rows;
    fewer.erase(fewer.begin() + static_cast<ptrdiff_t>(i));
    if (run(query, fewer)) rows = std::move(fewer);
  }
  return rows;
}

std::string as_test_file(const Query& query, const std::vector<Row>& rows) {
  const TestCase test = case_of(query, rows);
  std::string text = "sql\n  " + query.table_sql() + "case random\nquery\n  " + query.sql() + "\n";
  for (const TestStep& step : test.steps) {
    text += "input " + step.table + "\n";
    for (const TestRow& row : step.rows) {
      std::string line;
      for (const TestCell& cell : row.cells) line += (line.empty() ? "  " : " | ") + format_test_cell(cell);
      text += line + "\n";
    }
  }
  return text;
}

// Returns whether the seed holds.
bool check_seed(uint64_t seed) {
  Dice dice(seed);
  const Query query = random_query(dice);
  const std::vector<Row> rows = random_rows(dice);
  if (!run(query, rows)) return true;
  const Query less = shrink_query(query, rows);
  const std::vector<Row> few = shrink_rows(less, rows);
  const auto failure = run(less, few);
  ADD_FAILURE() << "seed " << seed << " (repeat with TIDEMILL_SEED=" << seed << "), " << failure->way << ":\n"
                << failure->text << as_test_file(less, few);
  return false;
}

TEST(Differential, RandomQueriesGiveWhatTheNaiveEvaluatorGives) { check_seeds(1, kSeeds / 2, check_seed); }

// The other half, for another process.
TEST(Differential, MoreRandomQueriesDo) { check_seeds(kSeeds / 2 + 1, kSeeds, check_seed); }

// The test must be able to fail: a wrong expectation is noticed.
TEST(Differential, NoticesAWrongAnswer) {
  Dice dice(7);
  const Query query = random_query(dice);
  const std::vector<Row> rows = random_rows(dice);
  TestCase test = case_of(query, rows);
  test.expectations.back().count += 1;
  EXPECT_TRUE(run_test_case("random", test, all_test_ways(), make_builtin_registries));
}

}  // namespace
}  // namespace tidemill::differential
