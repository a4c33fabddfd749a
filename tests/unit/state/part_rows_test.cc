#include "state/part_rows.h"

#include <gtest/gtest.h>

#include <set>

#include "state/state_image.h"
#include "state/state_store.h"
#include "tests/unit/state/test_values.h"

namespace tidemill {
namespace {

using state_test::big_int_keys;
using state_test::strings;

constexpr int kKeys = 700;  // some pages of each table

// A store with every kind of table that has keys.
struct Sample {
  Sample() {
    for (int64_t key = 0; key < kKeys; ++key) fill(key);
    for (const EpochMillis end : {1000, 2000, 3000}) {
      for (int64_t key = 0; key < kKeys; key += 3) {
        bool created = false;
        slices.slice({end, kNoWatermark}).upsert(big_int_keys({key})[0], created);
        store.release();
      }
    }
    store.freeze(1)->write(bytes);
  }

  void fill(int64_t key) {
    const KeyBatch keys = big_int_keys({key});
    bool created = false;
    std::byte* const record = records.upsert(keys[0], created);
    *reinterpret_cast<int64_t*>(record + records.layout().offset("n")) = key * 2;
    // Key 5 has so many rows that no batch holds them.
    for (int64_t row = 0; row < (key == 5 ? 5000 : key % 4); ++row) {
      const ColumnPtr value = strings({fmt::format("a value that is long enough {}", row)});
      records.ordered_values(0).add(keys[0], *value, 0, 1);
      records.ordered_sequence(1).put(keys[0], SubKey::of_time(key, row), {&value, 1}, 0);
    }
    timers.add(keys[0], key % 10);
    store.release();
  }

  static TableDescriptor descriptor(std::string name) {
    TableDescriptor table;
    table.name = std::move(name);
    table.key_types = {Type::big_int()};
    table.fields = {RecordField::int64("n")};
    return table;
  }
  static TableDescriptor with_companions() {
    TableDescriptor table = descriptor("records");
    table.companions = {{"values", CompanionKind::kOrderedValues, {Type::string()}},
                        {"sequence", CompanionKind::kOrderedSequence, {Type::string()}}};
    return table;
  }

  StateStore store;
  RecordTable& records = store.record_table(with_companions());
  SliceTables& slices = store.slice_tables(descriptor("slices"));
  TimerQueue& timers = store.timers({"timers", {Type::big_int()}});
  SnapshotBuffer bytes{"part"};
};

class PartRowsTest : public testing::Test {
 protected:
  PartRowsTest() : part_(sample_.bytes) { part_.read_pages({}); }

  // Reads a table and describes its rows, so many at a time.
  std::vector<std::string> read(size_t table, int32_t companion, int32_t max_rows) {
    const PartTable place{&part_.image().tables[table], companion};
    PartRowReader reader(part_, place);
    PartRows rows(make_key_layout(place.format().key_types));
    std::vector<std::string> texts;
    while (reader.next(max_rows, rows)) {
      EXPECT_GT(rows.size(), 0);
      EXPECT_LE(rows.size(), max_rows);
      for (int32_t row = 0; row < rows.size(); ++row) texts.push_back(text_of(rows, static_cast<size_t>(row)));
    }
    EXPECT_FALSE(reader.next(max_rows, rows));
    return texts;
  }

  static std::string text_of(const PartRows& rows, size_t row) {
    std::string text =
        fmt::format("{} {}", state_test::hex(rows.keys.canonical(static_cast<int32_t>(row))), rows.slice.slice_end);
    if (!rows.times.empty()) text += fmt::format(" at {}", rows.times[row]);
    if (!rows.sequences.empty()) text += fmt::format(" {}", rows.sequences[row]);
    if (!rows.values.empty()) text += " " + state_test::hex(rows.values[row]);
    return text;
  }

  Sample sample_;
  SnapshotPart part_;
};

TEST_F(PartRowsTest, GivesEachRowOnceWhateverTheBatch) {
  constexpr size_t kOrderedRows = 5000 + (0 + 1 + 2 + 3) * kKeys / 4 - 1;  // key 5 would have had one
  const struct {
    size_t table;
    int32_t companion;
    size_t rows;
  } kTables[] = {{0, -1, kKeys}, {0, 0, kOrderedRows}, {0, 1, kOrderedRows}, {1, -1, 3 * 234}, {2, -1, kKeys}};
  for (const auto& table : kTables) {
    const std::vector<std::string> all = read(table.table, table.companion, 4096);
    EXPECT_EQ(all.size(), table.rows) << table.table << " " << table.companion;
    EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), all.size());
    for (const int32_t max_rows : {1, 7, 1000})
      EXPECT_EQ(read(table.table, table.companion, max_rows), all) << max_rows;
  }
}

TEST_F(PartRowsTest, RecordsAreThoseOfTheKeys) {
  PartRowReader reader(part_, {&part_.image().tables[0], -1});
  PartRows rows(make_key_layout({Type::big_int()}));
  int64_t next = 0;
  while (reader.next(100, rows)) {
    for (const std::byte* record : rows.records) {
      int64_t n;
      std::memcpy(&n, record + part_.image().tables[0].format->offsets[0], sizeof(n));
      EXPECT_EQ(n, next++ * 2);
    }
  }
  EXPECT_EQ(next, kKeys);
}

TEST_F(PartRowsTest, HoldsFewPagesWhateverTheTable) {
  PartRowReader reader(part_, {&part_.image().tables[0], 1});
  PartRows rows(make_key_layout({Type::big_int()}));
  size_t most = 0;
  while (reader.next(64, rows)) most = std::max(most, part_.pages().pinned_pages());
  EXPECT_GT(most, 0U);
  EXPECT_LT(most, 80U);  // of the records of 64 rows, and of the nodes above them
}

TEST(PartRows, AnEmptyTableHasNone) {
  StateStore store;
  store.record_table(Sample::descriptor("records"));
  store.slice_tables(Sample::descriptor("slices"));
  store.timers({"timers", {Type::big_int()}});
  SnapshotBuffer bytes("part");
  store.freeze(1)->write(bytes);
  SnapshotPart part(bytes);
  part.read_pages({});
  for (const TableImage& table : part.image().tables) {
    PartRowReader reader(part, {&table, -1});
    PartRows rows(make_key_layout({Type::big_int()}));
    EXPECT_FALSE(reader.next(10, rows)) << table.format->name;
  }
}

}  // namespace
}  // namespace tidemill
