// Random temporal joins whose left rows are updated and deleted, in every way, against a walk over all versions. A
// failing seed prints query and changes, with changes taken away as long as it still fails. TIDEMILL_SEED=n runs that
// seed alone.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "cli/commands.h"
#include "testing/runner.h"
#include "tests/differential/both_modes.h"
#include "tests/differential/random_changes.h"
#include "tests/differential/seeds.h"

namespace tidemill::differential {
namespace {

constexpr uint64_t kSeeds = 300;
constexpr int64_t kStepMs = 500;

struct TemporalQuery {
  bool left = false;  // LEFT JOIN
  bool less = false;  // AND a.x < b.y

  std::string sql() const {
    return fmt::format(
        "SELECT a.k, a.x, a.y, b.s, b.y FROM t AS a {} JOIN u FOR SYSTEM_TIME AS OF a.ts AS b ON a.k = b.k{}",
        left ? "LEFT" : "INNER", less ? " AND a.x < b.y" : "");
  }
};

// No row is late: a table's times only rise, and its watermark is a millisecond behind.
std::string tables_sql() {
  return "CREATE TABLE t (k STRING, s STRING, x BIGINT, y BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL "
         "'0.001' SECOND) WITH ('connector' = 'test', 'changelog-mode' = 'all');\n"
         "CREATE TABLE u (k STRING NOT NULL, s STRING, x BIGINT, y BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - "
         "INTERVAL '0.001' SECOND, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'test', 'changelog-mode' = "
         "'all');\n";
}

// Changes of left rows, some of which are equal.
void add_left(Dice& dice, Row row, std::vector<Row>& present, std::vector<Change>& changes) {
  if (present.empty() || dice.chance(50)) {
    for (int32_t copy = dice.chance(15) ? 2 : 1; copy > 0; --copy) {
      changes.push_back({RowKind::kInsert, row});
      present.push_back(row);
    }
    return;
  }
  Row& old = present[static_cast<size_t>(dice.below(static_cast<int32_t>(present.size())))];
  if (dice.chance(50)) {
    changes.push_back({RowKind::kDelete, old});
    old = present.back();
    present.pop_back();
    return;
  }
  if (dice.chance(50)) row.k = old.k;
  changes.push_back({RowKind::kUpdateBefore, old});
  changes.push_back({RowKind::kUpdateAfter, row});
  old = row;
}

// A version of one key: the first, the next, or its end.
void add_version(Dice& dice, const Row& row, std::vector<Row>& present, std::vector<Change>& changes) {
  const auto old = std::ranges::find(present, row.k, &Row::k);
  if (old == present.end()) {
    changes.push_back({RowKind::kInsert, row});
    present.push_back(row);
  } else if (dice.chance(30)) {
    Row gone = *old;
    gone.ts_ms = row.ts_ms;
    changes.push_back({RowKind::kDelete, gone});
    present.erase(old);
  } else {
    changes.push_back({RowKind::kUpdateBefore, *old});
    changes.push_back({RowKind::kUpdateAfter, row});
    *old = row;
  }
}

std::vector<Change> random_history(Dice& dice) {
  std::vector<Row> left, versions;
  std::vector<Change> changes;
  int64_t left_ms = 0, right_ms = 0;
  for (Row row : random_rows(dice)) {
    int64_t& time_ms = row.second ? right_ms : left_ms;
    time_ms += kStepMs * dice.below(3);
    row.ts_ms = time_ms;
    if (!row.second) {
      add_left(dice, row, left, changes);
    } else if (row.k) {
      add_version(dice, row, versions, changes);
    }
  }
  return changes;
}

std::optional<Row> version_at(const std::vector<Change>& changes, const Row& row) {
  const Change* found = nullptr;
  for (const Change& change : changes) {
    if (!change.row.second || change.kind == RowKind::kUpdateBefore || change.row.k != row.k) continue;
    if (change.row.ts_ms <= row.ts_ms) found = &change;
  }
  if (found == nullptr || found->kind == RowKind::kDelete) return std::nullopt;
  return found->row;
}

std::vector<std::vector<TestCell>> answer_of(const TemporalQuery& query, const std::vector<Change>& changes) {
  std::vector<Change> left_changes;
  std::ranges::copy_if(changes, std::back_inserter(left_changes),
                       [](const Change& change) { return !change.row.second; });
  std::vector<std::vector<TestCell>> rows;
  for (const Row& row : remaining_rows(left_changes)) {
    std::optional<Row> version = row.k ? version_at(changes, row) : std::nullopt;
    if (version && query.less && !(row.x && version->y && *row.x < *version->y)) version.reset();
    if (!version && !query.left) continue;
    const std::vector<TestCell> a = cells_of(row);
    std::vector<TestCell> cells = {a[0], a[2], a[3], std::nullopt, std::nullopt};
    if (version) cells[3] = cells_of(*version)[1];
    if (version) cells[4] = cells_of(*version)[3];
    rows.push_back(cells);
  }
  return rows;
}

std::optional<TestFailure> run(const TemporalQuery& query, const std::vector<Change>& changes) {
  TestCase test = case_of_changes(changes, query.sql(), answer_of(query, changes));
  test.statements = {{1, tables_sql()}};
  return run_in_both_modes(test);
}

bool check_seed(uint64_t seed) {
  Dice dice(seed * 15485863);
  const TemporalQuery query = {dice.chance(50), dice.chance(30)};
  const std::vector<Change> changes = random_history(dice);
  if (!run(query, changes)) return true;
  const auto fails = [&](const std::vector<Change>& fewer) { return run(query, fewer).has_value(); };
  const std::vector<Change> few = shrink_changes(changes, fails);
  const auto failure = run(query, few);
  ADD_FAILURE() << "seed " << seed << " (repeat with TIDEMILL_SEED=" << seed << "), " << failure->way << ":\n"
                << failure->text << as_text(few, query.sql());
  return false;
}

TEST(DifferentialTemporal, RowsThatAreTakenBackTakeTheirVersionsWithThem) { check_seeds(1, kSeeds, check_seed); }

// The test must be able to fail: another version is noticed.
TEST(DifferentialTemporal, NoticeAWrongVersion) {
  Dice dice(11);
  const TemporalQuery query = {true, false};
  const std::vector<Change> changes = random_history(dice);
  std::vector<std::vector<TestCell>> rows = answer_of(query, changes);
  ASSERT_FALSE(rows.empty());
  rows.front()[3] = "another";
  TestCase test = case_of_changes(changes, query.sql(), rows);
  test.statements = {{1, tables_sql()}};
  EXPECT_TRUE(run_test_case("random", test, all_test_ways(), make_builtin_registries));
}

}  // namespace
}  // namespace tidemill::differential
