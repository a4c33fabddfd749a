// OVER by any order and frame over rows that are updated and deleted, as a stream and in batch mode, in every way,
// against the naive evaluator over the rows that remain. TIDEMILL_SEED=n runs that seed alone.
#include <gtest/gtest.h>

#include "cli/commands.h"
#include "testing/runner.h"
#include "tests/differential/random_changes.h"
#include "tests/differential/random_over.h"
#include "tests/differential/seeds.h"

namespace tidemill::differential {
namespace {

constexpr uint64_t kSeeds = 600;

std::optional<TestFailure> run(const OverQuery& query, const std::vector<Change>& changes, const Answer& answer) {
  TestCase test = case_of_changes(changes, query.sql(), answer.rows);
  if (query.batch) test.settings.emplace_back("execution.runtime-mode", "batch");
  return run_test_case("random", test, all_test_ways(), make_builtin_registries);
}

Answer answer_of(const OverQuery& query, const std::vector<Change>& changes) {
  std::vector<Row> rows = remaining_rows(changes);
  std::erase_if(rows, [](const Row& row) { return row.second; });
  return over_naively(query, rows);
}

bool check_seed(uint64_t seed) {
  Dice dice(seed * 7368787);
  const OverQuery query = random_over(dice);
  const std::vector<Change> changes = random_changes(dice);
  const auto fails = [&](const std::vector<Change>& fewer) {
    return run(query, fewer, answer_of(query, fewer)).has_value();
  };
  if (!fails(changes)) return true;
  const std::vector<Change> few = shrink_changes(changes, fails);
  const auto failure = run(query, few, answer_of(query, few));
  ADD_FAILURE() << "seed " << seed << " (repeat with TIDEMILL_SEED=" << seed << "), " << failure->way
                << (query.batch ? ", in batch mode" : "") << ":\n"
                << failure->text << as_text(few, query.sql());
  return false;
}

TEST(DifferentialOver, GivesWhatTheRemainingRowsGive) { check_seeds(1, kSeeds, check_seed); }

// The test must be able to fail: a result that is another one is noticed.
TEST(DifferentialOver, NoticesAWrongResult) {
  Dice dice(3);
  OverQuery query = random_over(dice);
  std::vector<Change> changes = random_changes(dice);
  Answer answer = answer_of(query, changes);
  ASSERT_FALSE(answer.rows.empty());
  answer.rows.back().back() = "another";
  EXPECT_TRUE(run(query, changes, answer));
}

}  // namespace
}  // namespace tidemill::differential
