#include "checkpoint/plan_comparison.h"

#include <gtest/gtest.h>

namespace tidemill {
namespace {

Manifest saved() {
  Manifest manifest;
  manifest.job = "INSERT INTO t";
  manifest.operators = {{"source", "Source[t]", 1}, {"sessions", "SessionAggregate", 2}};
  manifest.sources = {{"source", "", {{{"t", "7"}, 55, false}}, {}}};
  return manifest;
}

const std::vector<ManifestOperator> kOtherWindow = {{"source", "Source[t]", 1}, {"hours", "WindowAggregate", 2}};

std::vector<SavedTable> tables(int64_t intervals, int64_t sessions) {
  return {{"intervals", "an ordered table", intervals}, {"sessions", "a record table", sessions}};
}

TEST(PlanComparison, WhatHoldsNothingIsNoLoss) {
  const PlanComparison comparison =
      compare_plans(saved(), kOtherWindow, [](const std::string&) { return tables(0, 0); });
  EXPECT_FALSE(comparison.loses_state());
  EXPECT_TRUE(comparison.differs());
  EXPECT_EQ(comparison.text(),
            "  kept  Source[t]         source\n"
            "  lost  SessionAggregate  sessions\n"
            "        empty: state 'intervals'\n"
            "        empty: state 'sessions'\n"
            "  new   WindowAggregate   hours\n");
}

TEST(PlanComparison, OneTableWithRecordsIsALoss) {
  const PlanComparison comparison =
      compare_plans(saved(), kOtherWindow, [](const std::string&) { return tables(0, 3); });
  EXPECT_TRUE(comparison.loses_state());
  EXPECT_EQ(comparison.text(),
            "  kept  Source[t]         source\n"
            "  lost  SessionAggregate  sessions\n"
            "        lost: state 'sessions'\n"
            "        empty: state 'intervals'\n"
            "  new   WindowAggregate   hours\n");
}

TEST(PlanComparison, HowFarASplitWasReadIsNeverEmpty) {
  const std::vector<ManifestOperator> other = {{"sessions", "SessionAggregate", 2}};
  const PlanComparison comparison =
      compare_plans(saved(), other, [](const std::string&) { return std::vector<SavedTable>(); });
  EXPECT_TRUE(comparison.loses_state());
  EXPECT_NE(comparison.text().find("lost: how far its split was read"), std::string::npos);
}

TEST(PlanComparison, KeptOperatorsSayWhichOfTheirTablesWereEmpty) {
  const std::vector<ManifestOperator> same = saved().operators;
  PlanComparison comparison = compare_plans(saved(), same, nullptr);
  EXPECT_FALSE(comparison.differs());
  RestoreReport report;
  report.tables_empty = {"timers"};
  add_restore_reports(comparison, {{"sessions", report}});
  EXPECT_TRUE(comparison.differs());
  EXPECT_FALSE(comparison.loses_state());
  EXPECT_NE(comparison.text().find("empty: state 'timers'"), std::string::npos);
  report.tables_lost = {"kept"};
  add_restore_reports(comparison, {{"sessions", report}});
  EXPECT_TRUE(comparison.loses_state());
}

}  // namespace
}  // namespace tidemill
