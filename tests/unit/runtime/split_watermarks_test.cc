#include "runtime/split_watermarks.h"

#include <gtest/gtest.h>

#include "data/pretty.h"

namespace tidemill {
namespace {

// Times in ms; the watermark expression is time - 10.
class SplitWatermarksTest : public testing::Test {
 protected:
  void open(const std::vector<std::string>& splits, SplitWatermarkOptions options = {}) {
    if (!options.rowtime) options.rowtime = 0;
    watermarks_.emplace(options);
    std::vector<SplitProgress> progress;
    for (const std::string& split : splits) progress.push_back({{split, ""}, kNoWatermark, false});
    watermarks_->add(progress);
  }
  Batch read(const std::string& split, const std::vector<EpochMillis>& times) {
    std::string text;
    std::vector<EpochMillis> values;
    for (const EpochMillis time : times) {
      text += fmt::format("T{}\n", time);
      values.push_back(time - 10);
    }
    return watermarks_->assign(split, parse_batch(schema_, text), values);
  }
  static std::vector<EpochMillis> row_watermarks(const Batch& batch) {
    std::vector<EpochMillis> result;
    for (int32_t row = 0; row < batch.num_rows(); ++row) result.push_back(batch.progress().at(row));
    return result;
  }
  using Times = std::vector<EpochMillis>;

  SchemaPtr schema_ = parse_schema("ts TIMESTAMP(3) *ROWTIME*");
  std::optional<SplitWatermarks> watermarks_;
};

TEST_F(SplitWatermarksTest, ARowIsJudgedByTheEarlierRowsOfItsSplit) {
  open({"a"});
  const Batch first = read("a", {100, 80, 120, 95});
  EXPECT_TRUE(first.progress().from_split);
  EXPECT_EQ(row_watermarks(first), (Times{kNoWatermark, 90, 90, 110}));
  EXPECT_EQ(watermarks_->merged(), 110);
  EXPECT_EQ(row_watermarks(read("a", {105})), (Times{110}));
}

TEST_F(SplitWatermarksTest, TheColumnIsLeftOutWhereNoRowIsBehind) {
  open({"a"});
  read("a", {100});
  const Batch ahead = read("a", {110, 120, 130});
  EXPECT_EQ(ahead.progress().watermarks, nullptr);
  EXPECT_EQ(ahead.progress().watermark, 90);
  // 121 is one ahead of the watermark 120 - 10 … 120: a session that ended at 121 would touch it.
  EXPECT_NE(read("a", {131, 121}).progress().watermarks, nullptr);
  EXPECT_EQ(read("a", {141, 133}).progress().watermarks, nullptr);
}

TEST_F(SplitWatermarksTest, TheColumnIsAlwaysThereWhereThePlanReadsIt) {
  open({"a"}, {.always_row_watermarks = true});
  EXPECT_EQ(row_watermarks(read("a", {100, 200})), (Times{kNoWatermark, 90}));
}

TEST_F(SplitWatermarksTest, MergedARowIsJudgedByTheOtherSplitsToo) {
  open({"a", "b"}, {.merged = true});
  read("a", {100});
  read("b", {200});
  EXPECT_EQ(row_watermarks(read("b", {150, 180})), (Times{90, 90}));           // its own is 190
  EXPECT_EQ(row_watermarks(read("a", {95, 300, 250})), (Times{90, 90, 190}));  // its own are 90, 90, 290
}

TEST_F(SplitWatermarksTest, SplitsNotReadYetHoldTheMinimumBack) {
  open({"a", "b"});
  EXPECT_EQ(watermarks_->preferred(), "a");
  Batch batch = read("a", {100});
  EXPECT_EQ(batch.progress().other_splits, kNoWatermark);
  EXPECT_EQ(watermarks_->merged(), kNoWatermark);
  EXPECT_EQ(watermarks_->preferred(), "b");
  batch = read("b", {50});
  EXPECT_EQ(batch.progress().other_splits, 90);
  EXPECT_EQ(watermarks_->merged(), 40);
  EXPECT_EQ(watermarks_->preferred(), "b");
}

TEST_F(SplitWatermarksTest, AFinishedSplitLeavesAndTheLastOneEndsTheSource) {
  open({"a", "b"});
  read("a", {100});
  watermarks_->finish("b");
  EXPECT_EQ(watermarks_->merged(), 90);
  EXPECT_FALSE(watermarks_->finished());
  watermarks_->finish("a");
  EXPECT_TRUE(watermarks_->finished());
  EXPECT_EQ(watermarks_->merged(), kMaxWatermark);
}

TEST_F(SplitWatermarksTest, IdleOnlyWhenCaughtUpForTheTimeout) {
  open({"a", "b"}, {.idle_timeout = 1000});
  read("a", {100});
  read("b", {50});
  EXPECT_EQ(watermarks_->next_idle_check(), kMaxWatermark);
  watermarks_->caught_up("b", 5000);
  watermarks_->caught_up("b", 5500);  // since the first time
  EXPECT_EQ(watermarks_->next_idle_check(), 6000);
  watermarks_->check_idle(5999);
  EXPECT_EQ(watermarks_->merged(), 40);
  watermarks_->check_idle(6000);
  EXPECT_EQ(watermarks_->merged(), 90);
  EXPECT_FALSE(watermarks_->idle());
  EXPECT_EQ(watermarks_->next_idle_check(), kMaxWatermark);
  watermarks_->caught_up("a", 7000);
  watermarks_->check_idle(8000);
  EXPECT_TRUE(watermarks_->idle());
  EXPECT_EQ(watermarks_->merged(), 90);
}

TEST_F(SplitWatermarksTest, BackFromIdlenessItIsJudgedByItsOwnWatermarkAndPullsNothingDown) {
  open({"a", "b"}, {.idle_timeout = 1000});
  read("a", {100});
  read("b", {50});
  watermarks_->caught_up("b", 0);
  watermarks_->check_idle(1000);
  const Batch back = read("b", {60, 45});
  EXPECT_EQ(row_watermarks(back), (Times{40, 50}));
  EXPECT_EQ(watermarks_->merged(), 90);
  read("a", {200});
  EXPECT_EQ(watermarks_->merged(), 90);  // b is active again, at 50
  read("b", {150});
  EXPECT_EQ(watermarks_->merged(), 140);
}

TEST_F(SplitWatermarksTest, WithoutTimeoutASplitIsNeverIdle) {
  open({"a", "b"});
  read("a", {100});
  watermarks_->caught_up("b", 0);
  watermarks_->check_idle(1'000'000);
  EXPECT_EQ(watermarks_->merged(), kNoWatermark);
  EXPECT_EQ(watermarks_->next_idle_check(), kMaxWatermark);
}

TEST_F(SplitWatermarksTest, ASourceThatGoesOnFindingSplitsNeverFinishesAndHoldsNobodyBackWithoutAny) {
  open({}, {.splits_may_come = true});
  EXPECT_TRUE(watermarks_->idle());
  EXPECT_FALSE(watermarks_->finished());
  EXPECT_EQ(watermarks_->merged(), kNoWatermark);
  const SplitProgress found[] = {{{"a", ""}, kNoWatermark, false}};
  watermarks_->add(found);
  EXPECT_FALSE(watermarks_->idle());
  read("a", {100});
  EXPECT_EQ(watermarks_->merged(), 90);
  watermarks_->finish("a");
  EXPECT_FALSE(watermarks_->finished());
  EXPECT_TRUE(watermarks_->idle());
  EXPECT_EQ(watermarks_->merged(), 90);
}

TEST_F(SplitWatermarksTest, RestoresWatermarksAndIdleness) {
  open({"a", "b", "c"}, {.idle_timeout = 1000});
  read("a", {100});
  read("b", {50});
  read("c", {70});
  watermarks_->caught_up("b", 0);
  watermarks_->check_idle(1000);
  std::vector<SplitProgress> saved;
  for (const char* split : {"a", "b", "c"}) saved.push_back(watermarks_->progress({split, "7"}));
  EXPECT_EQ(saved[1], (SplitProgress{{"b", "7"}, 40, true}));

  watermarks_.emplace(SplitWatermarkOptions{.rowtime = 0, .idle_timeout = 1000});
  watermarks_->add(saved);
  EXPECT_EQ(watermarks_->merged(), 60);
  EXPECT_EQ(row_watermarks(read("a", {95})), (Times{90}));
  EXPECT_EQ(row_watermarks(read("b", {45})), (Times{40}));
}

TEST_F(SplitWatermarksTest, APromiseOfTheSplitIsItsWatermark) {
  open({"a"});
  Batch batch = watermarks_->assign("a", parse_batch(schema_, "T100\nT20"), {});
  EXPECT_EQ(row_watermarks(batch), (Times{kNoWatermark, kNoWatermark}));
  watermarks_->promise("a", 60);
  EXPECT_EQ(watermarks_->merged(), 60);
  batch = watermarks_->assign("a", parse_batch(schema_, "T50"), {});
  EXPECT_EQ(row_watermarks(batch), (Times{60}));
}

TEST_F(SplitWatermarksTest, RowsWithoutEventTimeCarryNoProgress) {
  watermarks_.emplace(SplitWatermarkOptions{});
  const SplitProgress split[] = {{{"a", ""}, kNoWatermark, false}};
  watermarks_->add(split);
  EXPECT_FALSE(watermarks_->assign("a", parse_batch(schema_, "T100"), {}).progress().from_split);
  EXPECT_EQ(watermarks_->merged(), kNoWatermark);
}

}  // namespace
}  // namespace tidemill
