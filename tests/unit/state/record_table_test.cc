#include "state/record_table.h"

#include <gtest/gtest.h>

#include <set>

#include "base/error.h"
#include "base/int128.h"
#include "state/slot_index.h"
#include "tests/unit/state/test_values.h"

namespace tidemill {
namespace {

using state_test::big_int_keys;
using state_test::big_ints;
using state_test::strings;
using state_test::TestRandom;

std::shared_ptr<const TableDescriptor> counts_descriptor() {
  TableDescriptor descriptor;
  descriptor.name = "counts";
  descriptor.key_types = {Type::big_int()};
  descriptor.fields = {RecordField::int64("count"), RecordField::int64("total")};
  return std::make_shared<const TableDescriptor>(std::move(descriptor));
}

std::vector<int64_t> keys_in_order(const RecordTable& table) {
  std::vector<int64_t> found;
  table.scan([&](std::span<const std::byte* const> records) {
    std::vector<ColumnBuilder> columns;
    columns.emplace_back(Type::big_int());
    table.read_keys(records, columns);
    const ColumnPtr keys = columns[0].finish();
    for (int32_t row = 0; row < keys->num_rows(); ++row) found.push_back(keys->decode<int64_t>()[row]);
  });
  return found;
}

void upsert_one(RecordTable& table, int64_t key, int64_t count) {
  bool created = false;
  std::byte* const record = table.upsert(big_int_keys({key})[0], created);
  *reinterpret_cast<int64_t*>(record + table.layout().offset("count")) = count;
}

TEST(RecordTable, GivesEachRowItsRecordAndTellsWhichAreNew) {
  PageTable pages;
  RecordTable table(pages, counts_descriptor());
  const KeyBatch keys = big_int_keys({5, std::nullopt, 5, 7, std::nullopt});
  std::vector<std::byte*> records(5);
  std::vector<uint8_t> created(5, 9);
  table.upsert(keys, records, created);
  EXPECT_EQ(created, (std::vector<uint8_t>{1, 1, 0, 1, 0}));
  EXPECT_EQ(records[0], records[2]);
  EXPECT_EQ(records[1], records[4]);
  EXPECT_EQ(std::set<std::byte*>(records.begin(), records.end()).size(), 3U);
  EXPECT_EQ(*reinterpret_cast<int64_t*>(records[3] + table.layout().offset("total")), 0);
  EXPECT_EQ(table.size(), 3);

  const std::vector<int32_t> rows = {3, 1};
  std::vector<std::byte*> selected(2);
  std::vector<uint8_t> again(2, 9);
  table.upsert(keys, rows, selected, again);
  EXPECT_EQ(selected[0], records[3]);
  EXPECT_EQ(selected[1], records[1]);
  EXPECT_EQ(again, (std::vector<uint8_t>{0, 0}));

  std::vector<const std::byte*> found(2);
  table.find(big_int_keys({7, 8}), found);
  EXPECT_EQ(found[0], records[3]);
  EXPECT_EQ(found[1], nullptr);
}

TEST(RecordTable, OneRecordForNoKeyColumns) {
  TableDescriptor descriptor;
  descriptor.name = "global";
  descriptor.fields = {RecordField::int64("count")};
  PageTable pages;
  RecordTable table(pages, std::make_shared<const TableDescriptor>(descriptor));
  KeyBatch keys(table.key_layout());
  keys.assign({}, 3);
  std::vector<std::byte*> records(3);
  std::vector<uint8_t> created(3);
  table.upsert(keys, records, created);
  EXPECT_EQ(created, (std::vector<uint8_t>{1, 0, 0}));
  EXPECT_EQ(records[0], records[2]);
  table.erase(keys);
  EXPECT_EQ(table.size(), 0);
}

TEST(RecordTable, FieldsAreAlignedAndSmallOnesFillGaps) {
  TableDescriptor descriptor;
  descriptor.name = "aligned";
  descriptor.key_types = {Type::big_int()};
  descriptor.fields = {RecordField::flag("a"), RecordField::int128("wide"), RecordField::flag("b"),
                       RecordField::int64("count")};
  const RecordLayout layout(descriptor);
  EXPECT_EQ(layout.record_bytes(), 48U);  // key 9, two flags in the gap behind it, 16 for wide, 8 for count
  EXPECT_EQ(layout.offset("wide") % 16, 0U);
  EXPECT_LT(layout.offset("a"), 16U);
  EXPECT_LT(layout.offset("b"), 16U);
  PageTable pages;
  RecordTable table(pages, std::make_shared<const TableDescriptor>(descriptor));
  for (int64_t key = 0; key < 2000; ++key) {
    bool created = false;
    std::byte* const record = table.upsert(big_int_keys({key})[0], created);
    ASSERT_EQ(reinterpret_cast<uintptr_t>(record + layout.offset("wide")) % 16, 0U);
  }
  descriptor.fields = {RecordField::bytes("huge", 16000, 8)};
  EXPECT_THROW(RecordLayout{descriptor}, UserError);
}

// The index grows from one partition to 256 on the way, and pages merge as they empty.
TEST(RecordTable, IterationIsInInsertionOrderWhateverIsErasedOrGrown) {
  PageTable pages({.move_pages_at_release = false});
  RecordTable table(pages, counts_descriptor());
  TestRandom random(3);
  std::vector<int64_t> order;
  std::set<int64_t> present;
  for (int64_t round = 0; round < 6; ++round) {
    for (int64_t i = 0; i < 6000; ++i) {
      const int64_t key = random.below(20000);
      upsert_one(table, key, key + round);
      if (present.insert(key).second) order.push_back(key);
    }
    const size_t pages_before = pages.pages_allocated();
    std::vector<int64_t> kept;
    for (const int64_t key : order) {
      if (random.chance(15)) {
        kept.push_back(key);
      } else {
        EXPECT_TRUE(table.erase(big_int_keys({key})[0]));
        present.erase(key);
      }
      if (random.chance(1)) {
        table.maintain();
        pages.release();
      }
    }
    order = kept;
    for (int i = 0; i < 20; ++i) {
      table.maintain();
      pages.release();
    }
    EXPECT_LT(pages.pages_allocated() * 2, pages_before);
    EXPECT_EQ(keys_in_order(table), order);
    for (const int64_t key : order) ASSERT_NE(table.find(big_int_keys({key})[0]), nullptr);
    EXPECT_EQ(table.size(), static_cast<int64_t>(order.size()));
    pages.release();
  }
  table.clear();
  EXPECT_EQ(pages.pages_allocated(), 0U);
}

TEST(RecordTable, AddressesStayWhileTheBatchInsertsManyMore) {
  PageTable pages;
  RecordTable table(pages, counts_descriptor());
  bool created = false;
  auto& first = *reinterpret_cast<int64_t*>(table.upsert(big_int_keys({1})[0], created) + 16);
  first = 77;
  for (int64_t key = 2; key < 30000; ++key) upsert_one(table, key, 0);
  EXPECT_EQ(first, 77);
  EXPECT_EQ(reinterpret_cast<int64_t*>(table.find_for_update(big_int_keys({1})[0]) + 16), &first);
}

TEST(RecordTable, LongKeysAndTextsAreFreedWithTheirRecord) {
  TableDescriptor descriptor;
  descriptor.name = "texts";
  descriptor.key_types = {Type::string()};
  descriptor.fields = {RecordField::text("text")};
  PageTable pages;
  RecordTable table(pages, std::make_shared<const TableDescriptor>(descriptor));
  KeyBatch keys(table.key_layout());
  const std::vector<ColumnPtr> columns = {strings({std::string(30000, 'k'), "a key of some length", ""})};
  keys.assign(columns, 3);
  std::vector<std::byte*> records(3);
  std::vector<uint8_t> created(3);
  table.upsert(keys, records, created);
  for (std::byte* record : records)
    table.texts().replace(*reinterpret_cast<StoredText*>(record + table.layout().offset("text")),
                          std::string(500, 't'));
  std::vector<const std::byte*> found(3);
  table.find(keys, found);
  EXPECT_TRUE(std::equal(found.begin(), found.end(), records.begin()));
  table.erase(keys);
  EXPECT_EQ(pages.pages_allocated(), 0U);
}

TEST(RecordTable, ScansRefuseChangesAndChooseKeyGroups) {
  PageTable pages;
  RecordTable table(pages, counts_descriptor());
  for (int64_t key = 0; key < 3000; ++key) upsert_one(table, key, key);
  EXPECT_THROW(table.scan([&](std::span<const std::byte* const>) { upsert_one(table, -1, 0); }), EngineError);
  EXPECT_THROW(table.scan([&](std::span<const std::byte* const>) { table.erase(big_int_keys({1})[0]); }), EngineError);
  int64_t all = 0;
  for (int32_t subtask = 0; subtask < 3; ++subtask) {
    const KeyGroupRange range = key_groups_of_subtask(128, 3, subtask);
    table.scan(range, 128, [&](std::span<const std::byte* const> records) {
      KeyBatch keys(table.key_layout());
      table.read_keys(records, keys);
      for (const uint64_t hash : keys.hashes()) EXPECT_TRUE(range.contains(key_group_of(hash, 128)));
      all += static_cast<int64_t>(records.size());
    });
  }
  EXPECT_EQ(all, 3000);
}

TEST(SlotIndex, TellsRecordsOfOneHashApartThroughGrowthAndErasing) {
  SlotIndex index;
  TestRandom random(5);
  std::map<StateAddress, uint64_t> hashes;
  const SlotIndex::HashOfRecord hash_of = [&](StateAddress address) { return hashes.at(address); };
  for (int step = 0; step < 40000; ++step) {
    // Few hashes: long chains with equal tags.
    const uint64_t hash = static_cast<uint64_t>(random.below(3000)) * 0x9e3779b97f4a7c15ULL;
    const auto address = static_cast<StateAddress>(random.below(9000)) + 1;
    if (hashes.emplace(address, hash).second) {
      index.insert(hash, address, hash_of);
    } else if (random.chance(60)) {
      index.erase(hashes.at(address), address);
      hashes.erase(address);
    }
  }
  for (StateAddress address = 1; address <= 9000; ++address) {
    const auto expected = hashes.find(address);
    const uint64_t hash = expected == hashes.end() ? 0 : expected->second;
    EXPECT_EQ(index.find(hash, [&](StateAddress found) { return found == address; }),
              expected == hashes.end() ? 0 : address);
  }
  EXPECT_THROW(index.erase(1, 12345), EngineError);
}

}  // namespace
}  // namespace tidemill
