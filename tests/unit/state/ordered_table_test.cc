#include "state/ordered_table.h"

#include <gtest/gtest.h>

#include <set>

#include "state/timer_queue.h"
#include "tests/unit/state/test_values.h"

namespace tidemill {
namespace {

using state_test::big_int_keys;
using state_test::TestRandom;

std::shared_ptr<const TableDescriptor> rows_descriptor() {
  TableDescriptor descriptor;
  descriptor.name = "rows";
  descriptor.key_types = {Type::big_int()};
  descriptor.fields = {RecordField::int64("number")};
  return std::make_shared<const TableDescriptor>(std::move(descriptor));
}

int64_t& number(std::byte* record) { return *reinterpret_cast<int64_t*>(record); }

std::vector<int64_t> times_of(const OrderedTable& table, KeyRef key, const SubKeyRange& range,
                              ScanDirection direction) {
  std::vector<int64_t> times;
  table.scan(key, range, direction, [&](const SubKey& sub_key, const std::byte*) {
    times.push_back(sub_key.time);
    return true;
  });
  return times;
}

TEST(OrderedTable, OneKeyWithManyRowsInRandomOrder) {
  PageTable pages;
  OrderedTable table(pages, rows_descriptor(), SubKeyKind::kTimeSequence);
  const KeyBatch keys = big_int_keys({1, 2});
  TestRandom random(11);
  std::set<int64_t> expected;
  for (int i = 0; i < 20000; ++i) {
    const int64_t time = random.between(-1000000, 1000000);
    bool created = false;
    number(table.upsert(keys[0], SubKey::of_time(time, 0), created)) = time * 3;
    EXPECT_EQ(created, expected.insert(time).second);
  }
  EXPECT_EQ(table.size(keys[0]), static_cast<int64_t>(expected.size()));
  EXPECT_EQ(table.size(keys[1]), 0);
  const std::vector<int64_t> forward(expected.begin(), expected.end());
  EXPECT_EQ(times_of(table, keys[0], SubKeyRange::all(), ScanDirection::kForward), forward);
  EXPECT_EQ(times_of(table, keys[0], SubKeyRange::all(), ScanDirection::kBackward),
            std::vector<int64_t>(forward.rbegin(), forward.rend()));
  EXPECT_EQ(times_of(table, keys[0], SubKeyRange::times(-5000, 7000), ScanDirection::kForward),
            std::vector<int64_t>(expected.lower_bound(-5000), expected.upper_bound(7000)));
  EXPECT_EQ(number(table.find_for_update(keys[0], SubKey::of_time(forward[99], 0))), forward[99] * 3);
  EXPECT_EQ(table.find(keys[0], SubKey::of_time(forward[99], 1)), nullptr);

  EXPECT_EQ(table.erase(keys[0], SubKeyRange::times(std::numeric_limits<int64_t>::min(), 0)),
            std::distance(expected.begin(), expected.upper_bound(0)));
  expected.erase(expected.begin(), expected.upper_bound(0));
  EXPECT_EQ(times_of(table, keys[0], SubKeyRange::all(), ScanDirection::kForward),
            std::vector<int64_t>(expected.begin(), expected.end()));
  for (const int64_t time : expected) EXPECT_TRUE(table.erase(keys[0], SubKey::of_time(time, 0)));
  EXPECT_EQ(table.num_keys(), 0);
  EXPECT_EQ(pages.pages_allocated(), 0U);
}

TEST(OrderedTable, RowsThatComeInOrderFillTheirNodes) {
  PageTable pages;
  OrderedTable table(pages, rows_descriptor(), SubKeyKind::kTimeSequence);
  const KeyBatch keys = big_int_keys({1});
  constexpr int64_t kRows = 100000;
  for (int64_t i = 0; i < kRows; ++i) {
    bool created = false;
    table.upsert(keys[0], SubKey::of_time(0, i), created);
    EXPECT_TRUE(created);
  }
  // A row takes its record's cell of 16 bytes and an entry of 24.
  EXPECT_LT(pages.memory_bytes(), kRows * (16 + 24) * 11 / 10);
  int64_t next = 0;
  table.scan(keys[0], SubKeyRange::all(), ScanDirection::kForward, [&](const SubKey& sub_key, const std::byte*) {
    EXPECT_EQ(sub_key.sequence, next++);
    return next < 500;
  });
  EXPECT_EQ(next, 500);
}

TEST(OrderedTable, BytesOrderAsMemcmpDoes) {
  PageTable pages;
  OrderedTable table(pages, rows_descriptor(), SubKeyKind::kBytes);
  const KeyBatch keys = big_int_keys({1});
  TestRandom random(2);
  std::set<std::string> expected = {"",
                                    std::string(1, '\0'),
                                    std::string(8, '\0'),
                                    std::string(9, '\0'),
                                    "abcdefgh",
                                    "abcdefgh-and-more-than-twelve",
                                    std::string(20000, 'x')};
  for (int i = 0; i < 3000; ++i) {
    std::string text(static_cast<size_t>(random.below(25)), 'a');
    for (char& c : text) c = static_cast<char>(random.chance(80) ? 'a' : random.below(256));
    expected.insert(text);
  }
  std::vector<std::string> shuffled(expected.begin(), expected.end());
  for (size_t i = shuffled.size(); i > 1; --i)
    std::swap(shuffled[i - 1], shuffled[static_cast<size_t>(random.below(static_cast<int32_t>(i)))]);
  for (const std::string& text : shuffled) {
    bool created = false;
    table.upsert(keys[0], SubKey::of_bytes(text), created);
    EXPECT_TRUE(created);
  }
  std::vector<std::string> found;
  table.scan(keys[0], SubKeyRange::all(), ScanDirection::kForward, [&](const SubKey& sub_key, const std::byte*) {
    found.emplace_back(sub_key.bytes);
    return true;
  });
  EXPECT_EQ(found, std::vector<std::string>(expected.begin(), expected.end()));
  for (const std::string& text : shuffled) EXPECT_TRUE(table.erase(keys[0], SubKey::of_bytes(text)));
  EXPECT_EQ(pages.pages_allocated(), 0U);
}

TEST(OrderedTable, AddressesOfABatchStayWhileNeighboursComeAndGo) {
  PageTable pages;
  OrderedTable table(pages, rows_descriptor(), SubKeyKind::kTimeSequence);
  const KeyBatch keys = big_int_keys({1});
  std::vector<int32_t> rows(300, 0);
  std::vector<SubKey> sub_keys;
  for (int64_t i = 0; i < 300; ++i) sub_keys.push_back(SubKey::of_time(300 - i, i));
  std::vector<std::byte*> records(300);
  std::vector<uint8_t> created(300);
  table.upsert(keys, rows, sub_keys, records, created);
  for (size_t i = 0; i < 300; ++i) number(records[i]) = static_cast<int64_t>(i);
  for (size_t i = 0; i < 300; i += 2) EXPECT_TRUE(table.erase(keys[0], sub_keys[i]));
  for (size_t i = 1; i < 300; i += 2) {
    EXPECT_EQ(number(records[i]), static_cast<int64_t>(i));
    EXPECT_EQ(table.find_for_update(keys[0], sub_keys[i]), records[i]);
  }
}

TEST(TimerQueue, ComesOutByTimeThenKeyOnceEach) {
  PageTable pages;
  TimerQueue timers(pages, std::make_shared<const TimerDescriptor>(TimerDescriptor{"timers", {Type::big_int()}}));
  const KeyBatch keys = big_int_keys({3, 1, 2, std::nullopt});
  timers.add(keys[0], 10);
  timers.add(keys[1], 10);
  timers.add(keys[1], 10);
  timers.add(keys[2], -10);
  timers.add(keys[3], 10);
  timers.add(keys[3], kMaxWatermark);
  timers.add(keys[0], kNoWatermark);
  EXPECT_EQ(timers.size(), 6);
  EXPECT_EQ(timers.next_time(), kNoWatermark);
  EXPECT_TRUE(timers.remove(keys[0], kNoWatermark));
  EXPECT_FALSE(timers.remove(keys[0], kNoWatermark));
  EXPECT_EQ(timers.next_time(), -10);

  std::vector<std::pair<EpochMillis, std::string>> came;
  DueTimers due(timers.key_layout());
  const auto take = [&](EpochMillis now) {
    while (timers.pop_due(now, 2, due)) {
      EXPECT_LE(due.size(), 2);
      for (int32_t i = 0; i < due.size(); ++i)
        came.emplace_back(due.times[static_cast<size_t>(i)], due.keys.canonical(i));
    }
  };
  take(9);
  EXPECT_EQ(came, (decltype(came){{-10, keys.canonical(2)}}));
  came.clear();
  take(10);
  EXPECT_EQ(came, (decltype(came){{10, keys.canonical(3)}, {10, keys.canonical(1)}, {10, keys.canonical(0)}}));
  came.clear();
  take(kMaxWatermark);
  EXPECT_EQ(came, (decltype(came){{kMaxWatermark, keys.canonical(3)}}));
  EXPECT_EQ(timers.next_time(), std::nullopt);
  EXPECT_EQ(pages.pages_allocated(), 0U);
}

}  // namespace
}  // namespace tidemill
