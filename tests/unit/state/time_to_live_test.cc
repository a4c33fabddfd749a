#include "state/time_to_live.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "state/state_store.h"
#include "tests/unit/state/test_values.h"

namespace tidemill {
namespace {

using state_test::big_int_keys;
using state_test::TestRandom;

constexpr DurationMillis kTimeToLive = 1000;
constexpr int64_t kKeys = 100'000;  // far more pages than one sweep looks at

// A table of numbers that live for a second.
struct ShortLived {
  ShortLived() : table(store.record_table(descriptor())) { time_to_live.open(table); }

  static TableDescriptor descriptor() {
    TableDescriptor descriptor;
    descriptor.name = "numbers";
    descriptor.key_types = {Type::big_int()};
    TimeToLive(kTimeToLive).declare(descriptor);
    return descriptor;
  }

  void write(int64_t first, int64_t last, EpochMillis now) {
    for (int64_t key = first; key < last; ++key) {
      bool created = false;
      std::byte* const record = table.upsert(big_int_keys({key})[0], created);
      time_to_live.written(std::span(&record, 1), now);
    }
    store.release();
  }

  // Sweeps for as long as it is due at `now` and removes what has expired; returns how many calls that took.
  int sweep(EpochMillis now) {
    int calls = 0;
    for (; time_to_live.next_sweep() <= now; ++calls) {
      table.erase(time_to_live.sweep(now));
      store.release();
    }
    return calls;
  }

  StateStore store;
  TimeToLive time_to_live{kTimeToLive};
  RecordTable& table;
};

TEST(TimeToLive, WhatHasExpiredGoesAndItsPagesToo) {
  ShortLived numbers;
  numbers.write(0, kKeys, 5000);
  numbers.write(0, 10, 5500);
  EXPECT_GT(numbers.sweep(5999), 2);
  EXPECT_EQ(numbers.table.size(), kKeys);
  numbers.sweep(6200);
  EXPECT_EQ(numbers.table.size(), 10);
  EXPECT_LT(numbers.store.pages().pages_allocated(), 3U);
  numbers.sweep(7000);
  EXPECT_EQ(numbers.table.size(), 0);
  EXPECT_EQ(numbers.store.pages().pages_allocated(), 0U);
  EXPECT_EQ(numbers.time_to_live.next_sweep(), kMaxWatermark);
}

TEST(TimeToLive, ARecordGoesAnEighthOfItsTimeAfterItExpired) {
  ShortLived numbers;
  numbers.write(0, 1000, 1);
  EpochMillis now = 1;
  while (numbers.table.size() != 0) {
    now = std::max(now, numbers.time_to_live.next_sweep());
    numbers.sweep(now);
  }
  EXPECT_LE(now, 1 + kTimeToLive + kTimeToLive / 8);
}

TEST(TimeToLive, ARoundSeesWhatWasThereWhateverGoesMeanwhile) {
  ShortLived numbers;
  numbers.write(0, kKeys, 1);
  TestRandom random(1);
  while (numbers.time_to_live.next_sweep() <= 1001) {
    numbers.table.erase(numbers.time_to_live.sweep(1001));
    numbers.store.release();
    // Whole pages go, also the one at which the round goes on, and sparse ones are merged.
    const int64_t first = random.below(static_cast<int32_t>(kKeys));
    for (int64_t key = first; key < std::min(first + 3000, kKeys); ++key) numbers.table.erase(big_int_keys({key})[0]);
    numbers.store.release();
  }
  // Records that were slid back into a page that was seen wait for the next round; those are few.
  EXPECT_LT(numbers.table.size(), kKeys / 50);
  numbers.sweep(1200);
  EXPECT_EQ(numbers.table.size(), 0);
}

TEST(TimeToLive, ARecordThatWasSavedWithoutATimeLivesFromTheFirstSweepOn) {
  ShortLived numbers;
  numbers.write(0, 10, 0);  // 0: as a restore leaves a field that the checkpoint had not
  numbers.sweep(90'000);
  EXPECT_EQ(numbers.table.size(), 10);
  numbers.sweep(90'999);
  EXPECT_EQ(numbers.table.size(), 10);
  numbers.sweep(91'200);
  EXPECT_EQ(numbers.table.size(), 0);
}

}  // namespace
}  // namespace tidemill
