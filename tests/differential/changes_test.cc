// Random queries, joins and set operations over tables whose rows are updated and deleted, in every way, against the
// naive evaluator over the rows that remain. A failing seed prints query and changes, with changes taken away as long
// as it still fails. TIDEMILL_SEED=n runs that seed alone.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "cli/commands.h"
#include "testing/runner.h"
#include "tests/differential/both_modes.h"
#include "tests/differential/random_changes.h"
#include "tests/differential/random_join.h"
#include "tests/differential/random_set.h"
#include "tests/differential/seeds.h"

namespace tidemill::differential {
namespace {

constexpr uint64_t kSeeds = 500;

// A query, and what it must give.
struct Checked {
  std::string sql;
  std::function<Answer(const std::vector<Row>&)> answer;
};

// Values that are the first or the last have no order once rows are taken back.
bool has_a_meaning(const Query& query) {
  const auto ordered = [](const Aggregate& aggregate) { return aggregate.ordered(); };
  return query.shape <= Query::Shape::kRegroup && std::ranges::none_of(query.aggregates, ordered);
}

Checked random_checked(Dice& dice) {
  const int32_t kind = dice.below(3);
  if (kind == 0) {
    const SetQuery query = random_set_query(dice);
    return {query.sql(), [query](const std::vector<Row>& rows) { return set_naively(query, rows); }};
  }
  if (kind == 1) {
    Join join = random_join(dice);
    while (join.kind > Join::Kind::kAggregated) join = random_join(dice);
    return {join.sql(), [join](const std::vector<Row>& rows) { return join_naively(join, rows); }};
  }
  Query query = random_query(dice);
  while (!has_a_meaning(query)) query = random_query(dice);
  return {query.sql(), [query](const std::vector<Row>& rows) {
            std::vector<Row> read = rows;
            if (!query.two_tables) std::erase_if(read, [](const Row& row) { return row.second; });
            return evaluate_naively(query, read);
          }};
}

std::optional<TestFailure> run(const Checked& query, const std::vector<Change>& changes) {
  const Answer answer = query.answer(remaining_rows(changes));
  return run_in_both_modes(case_of_changes(changes, query.sql, answer.rows));
}

bool check_seed(uint64_t seed) {
  Dice dice(seed * 104729);
  const Checked query = random_checked(dice);
  const std::vector<Change> changes = random_changes(dice);
  if (!run(query, changes)) return true;
  const auto fails = [&](const std::vector<Change>& fewer) { return run(query, fewer).has_value(); };
  const std::vector<Change> few = shrink_changes(changes, fails);
  const auto failure = run(query, few);
  ADD_FAILURE() << "seed " << seed << " (repeat with TIDEMILL_SEED=" << seed << "), " << failure->way << ":\n"
                << failure->text << as_text(few, query.sql);
  return false;
}

TEST(DifferentialChanges, GiveWhatTheRemainingRowsGive) { check_seeds(1, kSeeds, check_seed); }

// The test must be able to fail: a row too many is noticed.
TEST(DifferentialChanges, NoticeAWrongRow) {
  Dice dice(11);
  SetQuery query = random_set_query(dice);
  query.operators.assign(query.operators.size(), "UNION ALL");
  const std::vector<Change> changes = random_changes(dice);
  Answer answer = set_naively(query, remaining_rows(changes));
  ASSERT_FALSE(answer.rows.empty());
  answer.rows.push_back(answer.rows.front());
  EXPECT_TRUE(run_test_case("random", case_of_changes(changes, query.sql(), answer.rows), all_test_ways(),
                            make_builtin_registries));
}

}  // namespace
}  // namespace tidemill::differential
