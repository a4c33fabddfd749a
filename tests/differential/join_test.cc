// Random joins over random rows, in every way, against nested loops. A failing seed prints SQL and rows, with rows
// taken away as long as it still fails. TIDEMILL_SEED=n runs that seed alone.
#include <gtest/gtest.h>

#include "cli/commands.h"
#include "testing/runner.h"
#include "tests/differential/both_modes.h"
#include "tests/differential/random_join.h"
#include "tests/differential/seeds.h"

namespace tidemill::differential {
namespace {

constexpr uint64_t kSeeds = 500;

TestCase case_of(const Join& join, const std::vector<Row>& rows) {
  TestCase test;
  test.name = "random join";
  test.statements.push_back({1, Join::table_sql()});
  test.query = TestSql{1, join.sql()};
  for (const Row& row : rows) {
    const std::string table = row.second ? "u" : "t";
    if (test.steps.empty() || test.steps.back().table != table) test.steps.emplace_back().table = table;
    test.steps.back().rows.push_back({0, RowKind::kInsert, cells_of(row)});
  }
  TestExpectation table;
  for (const auto& cells : join_naively(join, rows).rows) table.rows.push_back({0, RowKind::kInsert, cells});
  test.expectations = {table};
  return test;
}

std::optional<TestFailure> run(const Join& join, const std::vector<Row>& rows) {
  return run_in_both_modes(case_of(join, rows));
}

std::vector<Row> shrink_rows(const Join& join, std::vector<Row> rows) {
  for (size_t i = rows.size(); i-- > 0;) {
    std::vector<Row> fewer = rows;
    fewer.erase(fewer.begin() + static_cast<ptrdiff_t>(i));
    if (run(join, fewer)) rows = std::move(fewer);
  }
  return rows;
}

bool check_seed(uint64_t seed) {
  Dice dice(seed * 7919);
  const Join join = random_join(dice);
  const std::vector<Row> rows = random_rows(dice);
  if (!run(join, rows)) return true;
  const std::vector<Row> few = shrink_rows(join, rows);
  const auto failure = run(join, few);
  std::string text;
  for (const TestStep& step : case_of(join, few).steps) {
    for (const TestRow& row : step.rows) {
      text += step.table;
      for (const TestCell& cell : row.cells) text += " | " + format_test_cell(cell);
      text += "\n";
    }
  }
  ADD_FAILURE() << "seed " << seed << " (repeat with TIDEMILL_SEED=" << seed << "), " << failure->way << ":\n"
                << failure->text << join.sql() << "\n"
                << text;
  return false;
}

TEST(DifferentialJoins, GiveWhatNestedLoopsGive) { check_seeds(1, kSeeds, check_seed); }

// The test must be able to fail: a pair too many is noticed.
TEST(DifferentialJoins, NoticeAWrongPair) {
  Dice dice(7);
  Join join = random_join(dice);
  join.type = Join::Type::kFull;  // which has a row for each
  TestCase test = case_of(join, random_rows(dice));
  ASSERT_FALSE(test.expectations.front().rows.empty());
  test.expectations.front().rows.push_back(test.expectations.front().rows.front());
  EXPECT_TRUE(run_test_case("random", test, all_test_ways(), make_builtin_registries));
}

}  // namespace
}  // namespace tidemill::differential
