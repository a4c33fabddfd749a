// Query partitioning, which needs no evaluator: whatever a condition p is, the rows of a query are those where p is
// TRUE, those where it is FALSE and those where it is NULL (ternary logic partitioning: Rigger and Su, OOPSLA 2020). A
// query and the three parts of it put together must give the same, in every way. TIDEMILL_SEED=n runs that seed alone.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <array>

#include "cli/commands.h"
#include "results/result_table.h"
#include "testing/case_run.h"
#include "tests/differential/random_changes.h"
#include "tests/differential/seeds.h"

namespace tidemill::differential {
namespace {

constexpr uint64_t kSeeds = 400;

struct Pair {
  std::string whole;
  std::string parts;  // gives the same
};

// The rows that are read: a table, or a join whose columns are called like a table's.
std::string random_from(Dice& dice) {
  if (dice.chance(50)) return "t";
  constexpr std::array<const char*, 4> kJoins = {"JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"};
  constexpr std::array<const char*, 3> kConditions = {"a.k = b.k", "a.k = b.k AND a.x < b.x",
                                                      "a.x = b.x AND b.s = 'a'"};
  return fmt::format("(SELECT a.k AS k, b.s AS s, a.x AS x, b.y AS y FROM t AS a {} u AS b ON {})",
                     kJoins[static_cast<size_t>(dice.below(4))], kConditions[static_cast<size_t>(dice.below(3))]);
}

// SELECT columns FROM from WHERE base AND part of p: the three of them, one below the other.
std::string three_parts(const std::string& select, const std::string& base, const std::string& p,
                        const std::string& rest) {
  std::vector<std::string> parts;
  for (const std::string& part : {p, "NOT " + p, p + " IS NULL"})
    parts.push_back(fmt::format("{} WHERE {} AND ({}){}", select, base, part, rest));
  return fmt::format("{}", fmt::join(parts, " UNION ALL "));
}

Pair random_pair(Dice& dice) {
  const std::string from = random_from(dice);
  const std::string base = dice.chance(50) ? "TRUE" : random_condition(dice, 1).sql();
  const std::string p = "(" + random_condition(dice, 2).sql() + ")";
  if (dice.chance(40)) {
    const bool keyed = dice.chance(70);
    const std::string key = keyed ? (dice.chance(50) ? "k" : "x") : "";
    const std::string keys = keyed ? key + " AS g, " : "";
    const std::string group = keyed ? " GROUP BY " + key : "";
    const std::string select =
        fmt::format("SELECT {}COUNT(*) AS c, COUNT({}) AS d, SUM({}) AS e, MIN({}) AS f, MAX({}) AS h FROM {}", keys,
                    random_number(dice, 1).sql(), random_number(dice, 1).sql(), random_number(dice, 1).sql(),
                    random_text(dice).sql(), from);
    return {fmt::format("{} WHERE {}{}", select, base, group),
            fmt::format("SELECT {}SUM(c), SUM(d), SUM(e), MIN(f), MAX(h) FROM ({}){}", keyed ? "g, " : "",
                        three_parts(select, base, p, group), keyed ? " GROUP BY g" : "")};
  }
  const bool distinct = dice.chance(40);
  const std::string select = fmt::format("SELECT {}{} AS a, {} AS b FROM {}", distinct ? "DISTINCT " : "",
                                         random_number(dice, 2).sql(), random_text(dice).sql(), from);
  const std::string parts = three_parts(select, base, p, "");
  return {fmt::format("{} WHERE {}", select, base),
          distinct ? fmt::format("SELECT DISTINCT a, b FROM ({})", parts) : parts};
}

// Runs the whole in one way, and the parts in all against it. Returns what is wrong.
std::optional<TestFailure> run(const Pair& pair, const std::vector<Change>& changes) {
  const TestWay plain = all_test_ways().front();
  CaseOutcome outcome = run_case("random", case_of_changes(changes, pair.whole, {}), plain, make_builtin_registries);
  if (outcome.error) return TestFailure{plain.name, 0, *outcome.error};
  ResultTable table(outcome.upsert_key.value_or(std::vector<int32_t>()));
  for (const ResultChange& change : outcome.changes[std::string(kQueryOutput)]) table.apply(change);
  return run_test_case("random", case_of_changes(changes, pair.parts, table.rows()), all_test_ways(),
                       make_builtin_registries);
}

bool check_seed(uint64_t seed) {
  Dice dice(seed * 15485863);
  const Pair pair = random_pair(dice);
  const std::vector<Change> changes = random_changes(dice);
  if (!run(pair, changes)) return true;
  const auto fails = [&](const std::vector<Change>& fewer) { return run(pair, fewer).has_value(); };
  const std::vector<Change> few = shrink_changes(changes, fails);
  const auto failure = run(pair, few);
  ADD_FAILURE() << "seed " << seed << " (repeat with TIDEMILL_SEED=" << seed << "), " << failure->way << ":\n"
                << failure->text << "The whole:\n"
                << pair.whole << "\nits parts:\n"
                << as_text(few, pair.parts);
  return false;
}

TEST(DifferentialParts, MakeTheWhole) { check_seeds(1, kSeeds, check_seed); }

// The test must be able to fail: a part that is missing is noticed.
TEST(DifferentialParts, NoticeThatOneIsMissing) {
  Dice dice(3);
  std::vector<Change> changes = random_changes(dice);
  changes.push_back({RowKind::kInsert, Row{.k = "a", .s = {}, .x = {}, .y = {}}});
  EXPECT_FALSE(run({"SELECT k FROM t",
                    "SELECT k FROM t WHERE x > 1 UNION ALL SELECT k FROM t WHERE NOT x > 1 UNION "
                    "ALL SELECT k FROM t WHERE x > 1 IS NULL"},
                   changes));
  EXPECT_TRUE(
      run({"SELECT k FROM t", "SELECT k FROM t WHERE x > 1 UNION ALL SELECT k FROM t WHERE NOT x > 1"}, changes));
}

}  // namespace
}  // namespace tidemill::differential
