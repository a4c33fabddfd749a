#include "state/key_groups.h"

#include <gtest/gtest.h>

namespace tidemill {
namespace {

// Values of Flink's KeyGroupRangeAssignment; checkpoints depend on them.
TEST(KeyGroups, RangesOfSubtasksAreFrozen) {
  EXPECT_EQ(key_groups_of_subtask(128, 1, 0), (KeyGroupRange{0, 127}));
  EXPECT_EQ(key_groups_of_subtask(128, 2, 0), (KeyGroupRange{0, 63}));
  EXPECT_EQ(key_groups_of_subtask(128, 2, 1), (KeyGroupRange{64, 127}));
  EXPECT_EQ(key_groups_of_subtask(128, 3, 0), (KeyGroupRange{0, 42}));
  EXPECT_EQ(key_groups_of_subtask(128, 3, 1), (KeyGroupRange{43, 85}));
  EXPECT_EQ(key_groups_of_subtask(128, 3, 2), (KeyGroupRange{86, 127}));
  EXPECT_EQ(key_groups_of_subtask(10, 4, 0), (KeyGroupRange{0, 2}));
  EXPECT_EQ(key_groups_of_subtask(10, 4, 1), (KeyGroupRange{3, 4}));
  EXPECT_EQ(key_groups_of_subtask(10, 4, 2), (KeyGroupRange{5, 7}));
  EXPECT_EQ(key_groups_of_subtask(10, 4, 3), (KeyGroupRange{8, 9}));
  EXPECT_EQ(key_groups_of_subtask(32768, 32768, 32767), (KeyGroupRange{32767, 32767}));
}

TEST(KeyGroups, EveryGroupBelongsToTheSubtaskWhoseRangeHoldsIt) {
  for (const int32_t max_parallelism : {1, 7, 128, 720}) {
    for (int32_t parallelism = 1; parallelism <= std::min(max_parallelism, 17); ++parallelism) {
      int32_t next = 0;
      for (int32_t subtask = 0; subtask < parallelism; ++subtask) {
        const KeyGroupRange range = key_groups_of_subtask(max_parallelism, parallelism, subtask);
        EXPECT_EQ(range.first, next);
        next = range.last + 1;
        for (int32_t group = range.first; group <= range.last; ++group)
          EXPECT_EQ(subtask_of_key_group(max_parallelism, parallelism, group), subtask);
      }
      EXPECT_EQ(next, max_parallelism);
    }
  }
}

TEST(KeyGroups, DefaultMaxParallelismLeavesRoomToGrow) {
  EXPECT_EQ(default_max_parallelism(1), 128);
  EXPECT_EQ(default_max_parallelism(85), 128);
  EXPECT_EQ(default_max_parallelism(86), 256);
  EXPECT_EQ(default_max_parallelism(32768), 32768);
}

TEST(KeyGroups, GroupOfAHashIsFrozen) {
  EXPECT_EQ(key_group_of(0, 128), 0);
  EXPECT_EQ(key_group_of(0xffffffffffffffffULL, 128), 127);
  EXPECT_EQ(key_group_of(0xffffffffffffffffULL, 100), 15);
}

}  // namespace
}  // namespace tidemill
