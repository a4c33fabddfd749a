// tests/unit/runtime/watermark_alignment_test.cc - how far sources of a group may read.
#include "runtime/watermark_alignment.h"

#include <gtest/gtest.h>

namespace tidemill {
namespace {

const WatermarkAlignment kAlignment{"g", 100, 1'000};

TEST(WatermarkAlignment, TheSlowestSetsTheLimit) {
  AlignmentGroup group;
  AlignedReading fast(group, kAlignment);
  AlignedReading slow(group, kAlignment);
  EXPECT_TRUE(fast.update(0, 5'000));
  EXPECT_EQ(fast.limit(), kMaxWatermark);  // the other has no watermark yet
  EXPECT_TRUE(slow.update(0, 1'000));
  EXPECT_EQ(slow.limit(), 1'100);
  EXPECT_FALSE(fast.update(999, 5'000));
  EXPECT_EQ(fast.limit(), kMaxWatermark);
  EXPECT_TRUE(fast.update(1'000, 5'000));
  EXPECT_EQ(fast.limit(), 1'100);
  EXPECT_EQ(fast.next_update(), 2'000);
}

TEST(WatermarkAlignment, WhoIsIdleOrHasEndedHoldsNobodyBack) {
  AlignmentGroup group;
  AlignedReading fast(group, kAlignment);
  AlignedReading slow(group, kAlignment);
  fast.update(0, 5'000);
  slow.update(0, kMaxWatermark);  // idle
  fast.update(1'000, 5'000);
  EXPECT_EQ(fast.limit(), 5'100);
  slow.update(2'000, 1'000);
  slow.leave();
  fast.update(3'000, 6'000);
  EXPECT_EQ(fast.limit(), 6'100);
  fast.leave();
  EXPECT_EQ(group.lowest(), kMaxWatermark);
}

TEST(WatermarkAlignment, AClockThatIsSetBackDoesNotStopTheLooking) {
  AlignmentGroup group;
  AlignedReading only(group, kAlignment);
  EXPECT_TRUE(only.update(1'000'000, 0));
  EXPECT_TRUE(only.update(0, 0));
}

TEST(WatermarkAlignment, GroupsAreApart) {
  AlignmentGroups groups;
  AlignedReading one(groups.group("a"), kAlignment);
  AlignedReading other(groups.group("b"), kAlignment);
  other.update(0, 0);
  one.update(0, 5'000);
  EXPECT_EQ(one.limit(), 5'100);
}

}  // namespace
}  // namespace tidemill
