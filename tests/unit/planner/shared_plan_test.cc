// Plans where something is read twice at every level: a tree of them has 2^40 nodes. Whoever walks one as a tree never
// comes back, so that each test here ends only if every pass and rule visits a node once.
#include <gtest/gtest.h>

#include <algorithm>

#include "plan/explain.h"
#include "plan/rules/rule.h"
#include "tests/unit/planner/planning_session.h"

namespace tidemill {
namespace {

constexpr int32_t kLevels = 40;

// WITH v0 AS (first), v1 AS (…), … then `last`; "{}" in `level` and `last` is the query before.
std::string nested(const std::string& first, const std::string& level, const std::string& last) {
  const auto over = [](std::string text, int32_t below) {
    const std::string name = fmt::format("v{}", below);
    for (size_t at = text.find("{}"); at != std::string::npos; at = text.find("{}")) text.replace(at, 2, name);
    return text;
  };
  std::string sql = "WITH v0 AS (" + first + ")";
  for (int32_t i = 1; i <= kLevels; ++i) sql += fmt::format(", v{} AS ({})", i, over(level, i - 1));
  return sql + " " + over(last, kLevels);
}

PlanningSession with_table() {
  PlanningSession session;
  session.run("CREATE TABLE t (k STRING, x INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'fake')");
  return session;
}

int64_t distinct_nodes(const std::vector<PlanPtr>& roots) {
  int64_t nodes = 0;
  visit_plan(roots, [&](const PlanNode&) { ++nodes; });
  return nodes;
}

// Plans `sql` all the way to a job graph; returns the number of its vertices.
int64_t vertices_of(const std::string& sql) {
  PlanningSession session = with_table();
  const PlannedJob job = session.plan_job(sql);
  EXPECT_LE(distinct_nodes(job.bound), 8 * kLevels);
  EXPECT_LE(distinct_nodes(job.optimized), 8 * kLevels);
  for (const std::string& text :
       {explain_logical(job.bound), explain_physical(job.optimized, job.changelog.get(), nullptr),
        explain_execution(job.optimized)}) {
    EXPECT_LE(std::ranges::count(text, '\n'), 20 * kLevels);
  }
  return static_cast<int64_t>(session.graph(job).vertices.size());
}

TEST(SharedPlan, FortyLevelsOfUnion) {
  const std::string sql =
      nested("SELECT k, x FROM t", "SELECT k, x + 1 AS x FROM {} UNION ALL SELECT k, x FROM {}", "SELECT * FROM {}");
  EXPECT_LE(vertices_of(sql), 3 * kLevels);
}

TEST(SharedPlan, FortyLevelsWithOtherFiltersOnEachSide) {
  const std::string sql =
      nested("SELECT k, x FROM t", "SELECT k, x FROM {} WHERE x > 1 UNION ALL SELECT k, x FROM {} WHERE k = 'a'",
             "SELECT * FROM {} WHERE x < 9");
  EXPECT_LE(vertices_of(sql), 4 * kLevels);
}

TEST(SharedPlan, FortyLevelsOfAggregates) {
  const std::string sql = nested("SELECT k, x FROM t",
                                 "SELECT k, SUM(x) AS x FROM (SELECT * FROM {} UNION ALL SELECT * FROM {}) GROUP BY k",
                                 "SELECT * FROM {} WHERE k = 'a'");
  EXPECT_LE(vertices_of(sql), 3 * kLevels);
}

TEST(SharedPlan, FortyLevelsOfWindows) {
  const std::string sql =
      nested("SELECT k, x, window_time AS w FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE))",
             "SELECT k, SUM(x) AS x, window_time AS w FROM TABLE(TUMBLE(TABLE {}, DESCRIPTOR(w), INTERVAL '1' MINUTE)) "
             "WHERE x > 0 GROUP BY k, window_start, window_end, window_time",
             "SELECT * FROM {} UNION ALL SELECT * FROM {}");
  EXPECT_LE(vertices_of(sql), 4 * kLevels);
}

// Expressions double as plans do: x + x of x + x.
TEST(SharedPlan, FortyLevelsOfOneExpression) {
  const std::string level = "SELECT k, x + x AS x, ts FROM {}";
  EXPECT_LE(vertices_of(nested("SELECT k, x, ts FROM t", level, "SELECT k FROM {} WHERE x > 1")), 2 * kLevels);
  EXPECT_LE(vertices_of(nested("SELECT k, x, ts FROM t", level, "SELECT x, COUNT(*) FROM {} GROUP BY x")), 2 * kLevels);
  EXPECT_LE(vertices_of(nested("SELECT k, x, ts FROM t", level,
                               "SELECT x, COUNT(*) FROM TABLE(TUMBLE(TABLE {}, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) "
                               "GROUP BY x, window_start, window_end")),
            2 * kLevels);
}

TEST(SharedPlan, ExpressionsAboveWindowsHaveAnEnd) {
  const std::string sql = nested("SELECT * FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE))",
                                 "SELECT x + x AS x, window_start, window_end FROM {}",
                                 "SELECT x, COUNT(*) FROM {} GROUP BY x, window_start, window_end");
  try {
    vertices_of(sql);
    FAIL() << "planned";
  } catch (const UserError& error) {
    EXPECT_NE(std::string(error.what()).find("too large"), std::string::npos) << error.what();
  }
}

TEST(SharedPlan, FortyLevelsOfViews) {
  PlanningSession session = with_table();
  session.run("CREATE VIEW v0 AS SELECT k, x FROM t");
  for (int32_t i = 1; i <= kLevels; ++i) {
    session.run(fmt::format("CREATE VIEW v{} AS SELECT * FROM v{} UNION ALL SELECT * FROM v{}", i, i - 1, i - 1));
  }
  const PlannedJob job = session.plan_job(fmt::format("SELECT * FROM v{}", kLevels));
  EXPECT_LE(distinct_nodes(job.bound), 8 * kLevels);
}

TEST(SharedPlan, ManyLevelsAreRefusedByNumber) {
  std::string sql = "WITH v0 AS (SELECT k, x FROM t)";
  for (int32_t i = 1; i <= 20'000; ++i) sql += fmt::format(", v{} AS (SELECT * FROM v{} WHERE x > {})", i, i - 1, i);
  PlanningSession session = with_table();
  try {
    session.plan_job(sql + " SELECT * FROM v20000");
    FAIL() << "planned";
  } catch (const UserError& error) {
    EXPECT_NE(std::string(error.what()).find("1000 steps"), std::string::npos) << error.what();
  }
}

// Each rule alone, on a plan as bound: how often it asks for a node is how often rewrite_plan calls it.
TEST(SharedPlan, ARewriteAsksForEachNodeOnce) {
  PlanningSession session = with_table();
  const PlannedJob job = session.plan_job(
      nested("SELECT k, x FROM t", "SELECT k, x FROM {} UNION ALL SELECT k, x FROM {}", "SELECT * FROM {}"));
  int64_t asked = 0;
  rewrite_plan(job.bound.front(), [&](const PlanPtr& node) {
    ++asked;
    return node;
  });
  EXPECT_EQ(asked, distinct_nodes(job.bound));
}

}  // namespace
}  // namespace tidemill
