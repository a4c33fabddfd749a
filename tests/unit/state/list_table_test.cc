#include "state/list_table.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "env/real/real_file_system.h"
#include "state/part_rows.h"
#include "state/state_image.h"
#include "state/state_store.h"
#include "tests/unit/state/test_values.h"

namespace tidemill {
namespace {

using state_test::big_int_keys;
using state_test::TestRandom;

using Lists = std::map<int64_t, std::vector<std::string>>;

TableDescriptor lists_descriptor() {
  TableDescriptor descriptor;
  descriptor.name = "rows";
  descriptor.key_types = {Type::big_int()};
  return descriptor;
}

// As a join declares the rows of an input that changes.
TableDescriptor copies_descriptor(std::vector<RecordField> more = {}) {
  TableDescriptor descriptor = lists_descriptor();
  descriptor.fields = {RecordField::int64(std::string(kCopiesField))};
  for (RecordField& field : more) descriptor.fields.push_back(std::move(field));
  return descriptor;
}

// Mostly short; some as long as a chunk can hold, or longer than a page.
std::string random_row(TestRandom& random) {
  const int32_t size = random.chance(97)   ? random.below(200)
                       : random.chance(40) ? static_cast<int32_t>(CellHeap::kCellBytesMax) - random.between(0, 40)
                                           : random.below(40'000);
  std::string row(static_cast<size_t>(size), 'r');
  for (size_t i = 0; i < row.size(); i += 7) row[i] = static_cast<char>(random.below(256));
  return row;
}

// Appends rows of some of ten keys, of which the first has most.
void append_some(TestRandom& random, ListTable& table, Lists& lists) {
  std::vector<std::optional<int64_t>> keys;
  std::vector<int32_t> rows;
  std::vector<std::string> texts;
  std::vector<uint32_t> sizes;
  for (int32_t i = 0; i < random.between(1, 60); ++i) {
    keys.emplace_back(random.chance(50) ? 0 : random.below(10));
    if (random.chance(10)) continue;
    rows.push_back(i);
    texts.push_back(random_row(random));
    sizes.push_back(static_cast<uint32_t>(texts.back().size()));
    lists[*keys.back()].push_back(texts.back());
  }
  std::vector<ListTable::NewRow> places(rows.size());
  table.append(big_int_keys(keys), rows, sizes, places);
  for (size_t i = 0; i < places.size(); ++i)
    std::copy_n(texts[i].data(), texts[i].size(), reinterpret_cast<char*>(places[i].bytes));
  table.end_append();
}

std::vector<std::string> rows_of(const ListTable& table, int64_t key) {
  const int32_t row = 0;
  ListRoot list;
  table.find(big_int_keys({key}), {&row, 1}, {&list, 1});
  std::vector<std::string> rows;
  std::string scratch;
  ListPlace place;
  for (ListReader reader = table.reader(list); !reader.at_end();) {
    rows.emplace_back(reader.next(scratch));
    place = reader.place();
  }
  EXPECT_TRUE(list.first == 0 || table.reader(list, place).at_end());
  return rows;
}

void expect_lists(const ListTable& table, const Lists& lists) {
  int64_t rows = 0;
  for (const auto& [key, list] : lists) {
    EXPECT_EQ(rows_of(table, key), list) << key;
    rows += static_cast<int64_t>(list.size());
  }
  EXPECT_EQ(table.size(), rows);
  EXPECT_EQ(table.num_keys(), static_cast<int64_t>(lists.size()));
  EXPECT_TRUE(rows_of(table, 99).empty());
}

StateStoreOptions spilling(RealFileSystem& files) {
  StateStoreOptions options;
  options.pages.budget = std::make_shared<MemoryBudget>(1);
  options.pages.spill_files = &files;
  options.pages.spill_directory = testing::TempDir();
  return options;
}

TEST(ListTable, RowsOfAKeyComeInTheOrderInWhichTheyWereAdded) {
  RealFileSystem files;
  StateStoreOptions moving;
  moving.pages.move_pages_at_release = true;
  for (const StateStoreOptions& options : {StateStoreOptions(), moving, spilling(files)}) {
    StateStore store(options);
    ListTable& table = store.list_table(lists_descriptor());
    TestRandom random(5);
    Lists lists;
    for (int i = 0; i < 60; ++i) {
      append_some(random, table, lists);
      store.release();
    }
    expect_lists(table, lists);
    store.release();
    table.clear();
    EXPECT_EQ(store.pages().pages_allocated(), 0U);
    EXPECT_EQ(table.size(), 0);
  }
}

TEST(ListTable, RowsOfErasedKeysAreGoneAndTheirMemoryToo) {
  RealFileSystem files;
  StateStoreOptions moving;
  moving.pages.move_pages_at_release = true;
  for (const StateStoreOptions& options : {StateStoreOptions(), moving, spilling(files)}) {
    StateStore store(options);
    ListTable& table = store.list_table(lists_descriptor());
    TestRandom random(8);
    Lists lists;
    for (int round = 0; round < 12; ++round) {
      for (int i = 0; i < 8; ++i) {
        append_some(random, table, lists);
        store.release();
      }
      const int64_t first = random.below(10);
      table.erase(big_int_keys({first, 99, (first + 3) % 10}));
      store.release();
      lists.erase(first);
      lists.erase((first + 3) % 10);
      expect_lists(table, lists);
      store.release();
    }
    for (int64_t key = 0; key < 10; ++key) table.erase(big_int_keys({key}));
    store.release();
    EXPECT_EQ(store.pages().pages_allocated(), 0U);
  }
}

TEST(ListTable, ALongListWastesLittle) {
  PageTable pages;
  ListTable table(pages, std::make_shared<const TableDescriptor>(lists_descriptor()));
  const KeyBatch keys = big_int_keys({1});
  constexpr int64_t kRows = 20'000;
  const std::string row(100, 'x');
  for (int64_t i = 0; i < kRows; ++i) table.append(keys[0], row);
  EXPECT_LT(pages.memory_bytes(), kRows * 104 * 11 / 10);
}

// What is saved of one store, in parts of changes too, is what another one gets.
TEST(ListTable, ComesBackAtAnotherParallelism) {
  TestRandom random(6);
  StateStore store;
  ListTable& table = store.list_table(lists_descriptor());
  Lists lists;
  SnapshotBuffer part("part");
  for (int64_t checkpoint = 1; checkpoint <= 3; ++checkpoint) {
    for (int i = 0; i < 20; ++i) append_some(random, table, lists);
    store.release();
    const std::unique_ptr<PendingSnapshot> frozen = store.freeze_changes(checkpoint, checkpoint - 1);
    if (checkpoint > 1) part.begin_section();
    frozen->write(part, checkpoint == 1 ? SectionContent::kWhole : SectionContent::kChanges);
  }
  const SnapshotReader* const parts[] = {&part};
  Lists found;
  for (int32_t subtask = 0; subtask < 3; ++subtask) {
    StateStoreOptions options;
    options.key_groups = key_groups_of_subtask(options.max_parallelism, 3, subtask);
    StateStore other(options);
    const ListTable& restored = other.list_table(lists_descriptor());
    other.restore(parts, [](std::string_view) { return true; });
    for (const auto& [key, list] : lists)
      for (std::string& row : rows_of(restored, key)) found[key].push_back(std::move(row));
    other.release();
  }
  EXPECT_EQ(found, lists);
}

TEST(ListTable, APartIsReadSomeRowsAtATime) {
  TestRandom random(7);
  StateStore store;
  ListTable& table = store.list_table(lists_descriptor());
  Lists lists;
  for (int i = 0; i < 20; ++i) append_some(random, table, lists);
  store.release();
  SnapshotBuffer bytes("part");
  store.freeze(1)->write(bytes);
  SnapshotPart part(bytes);
  part.read_pages({});
  for (const int32_t max_rows : {1, 7, 4096}) {
    PartRowReader reader(part, {&part.image().tables[0], -1});
    PartRows rows(make_key_layout({Type::big_int()}));
    Lists found;
    while (reader.next(max_rows, rows)) {
      ASSERT_LE(rows.size(), max_rows);
      std::vector<ColumnBuilder> keys;
      keys.emplace_back(Type::big_int());
      rows.keys.decode(keys);
      const ColumnPtr column = keys[0].finish();
      for (int32_t row = 0; row < rows.size(); ++row) {
        std::vector<std::string>& list = found[column->decode<int64_t>()[row]];
        EXPECT_EQ(rows.sequences[static_cast<size_t>(row)], static_cast<int64_t>(list.size()));
        list.push_back(rows.values[static_cast<size_t>(row)]);
      }
    }
    EXPECT_EQ(found, lists);
  }
}

int64_t& copies(OrderedTable& table, int64_t key, const std::string& row) {
  bool created = false;
  return *reinterpret_cast<int64_t*>(table.upsert(big_int_keys({key})[0], SubKey::of_bytes(row), created) +
                                     table.layout().offset(kCopiesField));
}

std::unique_ptr<SnapshotBuffer> snapshot(StateStore& store) {
  store.release();
  auto part = std::make_unique<SnapshotBuffer>("part");
  store.freeze(1)->write(*part);
  return part;
}

// A join may come to keep lists where it kept rows with their copies, and the other way round.
TEST(ListTable, ListsAndRowsWithTheirCopiesComeFromEachOther) {
  StateStore counted;
  OrderedTable& before = counted.ordered_table(copies_descriptor(), SubKeyKind::kBytes);
  copies(before, 1, "b") = 2;
  copies(before, 1, "a") = 1;
  copies(before, 2, std::string(20'000, 'c')) = 1;
  const std::unique_ptr<SnapshotBuffer> part = snapshot(counted);
  const SnapshotReader* parts[] = {part.get()};
  StateStore listed;
  const ListTable& lists = listed.list_table(lists_descriptor());
  const RestoreReport report = listed.restore(parts, [](std::string_view) { return true; });
  EXPECT_EQ(report.records, 4);
  EXPECT_TRUE(report.fields_removed.empty());
  expect_lists(lists, {{1, {"a", "b", "b"}}, {2, {std::string(20'000, 'c')}}});

  const std::unique_ptr<SnapshotBuffer> list_part = snapshot(listed);
  parts[0] = list_part.get();
  StateStore again;
  OrderedTable& rows = again.ordered_table(copies_descriptor({RecordField::int64("written at")}), SubKeyKind::kBytes);
  EXPECT_EQ(again.restore(parts, [](std::string_view) { return true; }).records, 3);
  EXPECT_EQ(rows.size(), 3);
  EXPECT_EQ(copies(rows, 1, "b"), 2);
  EXPECT_EQ(copies(rows, 1, "a"), 1);
}

int64_t& matches(OrderedTable& table, int64_t key, const std::string& row) {
  bool created = false;
  return *reinterpret_cast<int64_t*>(table.upsert(big_int_keys({key})[0], SubKey::of_bytes(row), created) +
                                     table.layout().offset("matches"));
}

// Fields of rows are there for each copy, may be changed, and come along.
TEST(ListTable, RowsHaveFields) {
  const RecordField field = RecordField::int64("matches");
  StateStore counted;
  OrderedTable& before = counted.ordered_table(copies_descriptor({field}), SubKeyKind::kBytes);
  copies(before, 1, "b") = 2;
  matches(before, 1, "b") = 7;
  const std::string longest(30'000, 'c');
  copies(before, 1, longest) = 1;
  const std::unique_ptr<SnapshotBuffer> part = snapshot(counted);
  const SnapshotReader* parts[] = {part.get()};
  TableDescriptor descriptor = lists_descriptor();
  descriptor.fields = {field};
  StateStore listed;
  ListTable& lists = listed.list_table(descriptor);
  EXPECT_EQ(listed.restore(parts, [](std::string_view) { return true; }).records, 3);
  const int32_t row = 0;
  ListRoot list;
  lists.find(big_int_keys({1}), {&row, 1}, {&list, 1});
  ListReader reader = lists.reader(list);
  std::string scratch;
  std::vector<std::pair<std::string, int64_t>> rows;
  while (!reader.at_end()) {
    const std::string text(reader.next(scratch));
    int64_t number;
    std::memcpy(&number, reader.record(), sizeof(number));
    rows.emplace_back(text, number);
    number = number * 10 + 1;
    std::memcpy(lists.record_at(reader.record_address()), &number, sizeof(number));
  }
  EXPECT_EQ(rows, (std::vector<std::pair<std::string, int64_t>>{{"b", 7}, {"b", 7}, {longest, 0}}));

  const std::unique_ptr<SnapshotBuffer> list_part = snapshot(listed);
  parts[0] = list_part.get();
  StateStore again;
  OrderedTable& after = again.ordered_table(copies_descriptor({field}), SubKeyKind::kBytes);
  EXPECT_EQ(again.restore(parts, [](std::string_view) { return true; }).records, 2);
  EXPECT_EQ(copies(after, 1, "b"), 2);
  EXPECT_EQ(matches(after, 1, "b"), 71);
  EXPECT_EQ(matches(after, 1, longest), 1);
}

TEST(ListTable, OtherTablesAreNoLists) {
  StateStore listed;
  listed.list_table(lists_descriptor());
  const std::unique_ptr<SnapshotBuffer> part = snapshot(listed);
  const SnapshotReader* const parts[] = {part.get()};
  StateStore store;
  store.ordered_table(lists_descriptor(), SubKeyKind::kBytes);
  try {
    store.restore(parts, [](std::string_view) { return true; });
    FAIL() << "restored";
  } catch (const UserError& error) {
    EXPECT_EQ(std::string(error.what()), "State rows is an ordered table now, but was saved as lists");
  }
}

}  // namespace
}  // namespace tidemill
