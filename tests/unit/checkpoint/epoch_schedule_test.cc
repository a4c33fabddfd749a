#include "checkpoint/epoch_schedule.h"

#include <gtest/gtest.h>

namespace tidemill {
namespace {

// Steps the clock from one epoch to the next, `epochs` times; "100p" is a publish epoch at 100 ms, "250c" a checkpoint.
std::vector<std::string> epochs_of(EpochSchedule schedule, int epochs) {
  std::vector<std::string> seen;
  for (int i = 0; i < epochs; ++i) {
    const EpochMillis now = schedule.next_at();
    const auto kind = schedule.due(now);
    seen.push_back(std::to_string(now) + (kind == BarrierKind::kCheckpoint ? "c" : "p"));
    EXPECT_TRUE(kind.has_value());
    EXPECT_GT(schedule.next_at(), now);
  }
  return seen;
}

using Epochs = std::vector<std::string>;

TEST(EpochSchedule, EveryNthEpochIsACheckpoint) {
  EXPECT_EQ(epochs_of({100, 300, 0}, 6), (Epochs{"100p", "200p", "300c", "400p", "500p", "600c"}));
}

TEST(EpochSchedule, AnIntervalThatIsNoMultipleHoldsExactly) {
  EXPECT_EQ(epochs_of({100, 250, 0}, 7), (Epochs{"100p", "200p", "250c", "350p", "450p", "500c", "600p"}));
  EXPECT_EQ(epochs_of({100, 30, 0}, 3), (Epochs{"30c", "60c", "90c"}));  // each of them publishes, too
}

TEST(EpochSchedule, OneKindAloneOrNone) {
  EXPECT_EQ(epochs_of({0, 70, 1000}, 2), (Epochs{"1070c", "1140c"}));
  EXPECT_EQ(epochs_of({70, 0, 1000}, 2), (Epochs{"1070p", "1140p"}));
  EXPECT_EQ(EpochSchedule(0, 0, 5).next_at(), kMaxWatermark);
  EXPECT_EQ(EpochSchedule(70, 0, 5).next_checkpoint_at(), kMaxWatermark);
}

TEST(EpochSchedule, WhatWasMissedIsOneEpochAndTheCheckpointsGridStays) {
  EpochSchedule schedule(100, 250, 0);
  EXPECT_EQ(schedule.due(99), std::nullopt);
  EXPECT_EQ(schedule.due(1010), BarrierKind::kCheckpoint);
  EXPECT_EQ(schedule.due(1010), std::nullopt);
  EXPECT_EQ(schedule.next_at(), 1110);
  EXPECT_EQ(schedule.next_checkpoint_at(), 1250);
}

TEST(EpochSchedule, APauseMovesTheNextCheckpointOnly) {
  EpochSchedule schedule(100, 300, 0);
  schedule.pause(290, 20);
  EXPECT_EQ(schedule.next_checkpoint_at(), 310);
  schedule.pause(290, 5);
  EXPECT_EQ(schedule.next_checkpoint_at(), 310);
  EXPECT_EQ(epochs_of(schedule, 5), (Epochs{"100p", "200p", "300p", "310c", "410p"}));
  EpochSchedule none(100, 0, 0);
  none.pause(0, 1000);
  EXPECT_EQ(none.next_checkpoint_at(), kMaxWatermark);
}

}  // namespace
}  // namespace tidemill
