#include <gtest/gtest.h>

#include "base/error.h"
#include "state/distinct_counts.h"
#include "state/ordered_sequence.h"
#include "state/ordered_values.h"
#include "state/slice_tables.h"
#include "tests/unit/state/test_values.h"

namespace tidemill {
namespace {

using state_test::big_int_keys;
using state_test::big_ints;
using state_test::strings;

std::shared_ptr<const TableDescriptor> descriptor() {
  TableDescriptor descriptor;
  descriptor.name = "groups";
  descriptor.key_types = {Type::big_int()};
  descriptor.fields = {RecordField::int64("count")};
  descriptor.companions = {{"distinct", CompanionKind::kDistinctCounts, {Type::string()}},
                           {"least", CompanionKind::kOrderedValues, {Type::float64()}},
                           {"list", CompanionKind::kOrderedSequence, {Type::string(), Type::big_int()}},
                           {"rows", CompanionKind::kOrderedValues, {Type::string(), Type::big_int()}}};
  return std::make_shared<const TableDescriptor>(std::move(descriptor));
}

TEST(DistinctCounts, TellsWhenAPairComesAndGoes) {
  PageTable pages;
  RecordTable table(pages, descriptor());
  DistinctCounts& counts = table.distinct_counts(0);
  KeyBatch pairs(counts.pair_layout());
  const std::vector<ColumnPtr> columns = {big_ints({1, 1, 1, 2, 2, 1}), strings({"a", "a", "b", "a", "a", "b"})};
  pairs.assign(columns, 6);
  const std::vector<int64_t> deltas = {1, 1, 1, -1, 1, -1};
  std::vector<int8_t> transitions(6, 9);
  counts.add(pairs, deltas, transitions);
  EXPECT_EQ(transitions, (std::vector<int8_t>{1, 0, 1, 0, 0, -1}));
  EXPECT_EQ(counts.size(), 1);  // (1, a); the others are back at 0
  const std::vector<int64_t> undo = {-2, 0, 0, 0, 0, 0};
  counts.add(pairs, undo, transitions);
  EXPECT_EQ(transitions, (std::vector<int8_t>{-1, 0, 0, 0, 0, 0}));
  EXPECT_EQ(counts.size(), 0);
  EXPECT_THROW(table.distinct_counts(1), EngineError);
}

TEST(DistinctCounts, APairWithSeveralCountsGoesWhenAllAreZero) {
  PageTable pages;
  TableDescriptor owner = *descriptor();
  owner.companions[0].counts = 3;
  RecordTable table(pages, std::make_shared<const TableDescriptor>(std::move(owner)));
  DistinctCounts& counts = table.distinct_counts(0);
  KeyBatch pairs(counts.pair_layout());
  const std::vector<ColumnPtr> columns = {big_ints({1, 1, 2}), strings({"a", "a", "a"})};
  pairs.assign(columns, 3);
  std::vector<int8_t> transitions(9, 9);
  counts.add(pairs, std::vector<int64_t>{1, 0, 2, 1, 1, 0, 0, 0, 1}, transitions);
  EXPECT_EQ(transitions, (std::vector<int8_t>{1, 0, 1, 0, 1, 0, 0, 0, 1}));
  EXPECT_EQ(counts.size(), 2);
  counts.add(pairs, std::vector<int64_t>{-2, -1, 0, 0, 0, 0, 0, 0, -1}, transitions);
  EXPECT_EQ(transitions, (std::vector<int8_t>{-1, -1, 0, 0, 0, 0, 0, 0, -1}));
  EXPECT_EQ(counts.size(), 1);  // (1, a) still has its third count
  std::vector<int64_t> left;
  counts.scan([&](const KeyBatch&, std::span<const int64_t> all) { left.assign(all.begin(), all.end()); });
  EXPECT_EQ(left, (std::vector<int64_t>{0, 0, 2}));
}

TEST(OrderedValues, FirstAndLastSkipValuesOnlyRetracted) {
  PageTable pages;
  RecordTable table(pages, descriptor());
  OrderedValues& values = table.ordered_values(1);
  const KeyBatch keys = big_int_keys({1, 2});
  const ColumnPtr column = state_test::column_of<double>(Type::float64(), {2.5, -1.0, 9.0, -0.0});
  ColumnBuilder out(Type::float64());
  values.append_first(keys[0], out);
  values.add(keys[0], *column, 1, -1);
  values.append_first(keys[0], out);
  EXPECT_EQ(values.add(keys[0], *column, 0, 2), 1);
  EXPECT_EQ(values.add(keys[0], *column, 2, 1), 1);
  EXPECT_EQ(values.add(keys[0], *column, 3, 1), 1);
  values.append_first(keys[0], out);
  values.append_last(keys[0], out);
  EXPECT_EQ(values.add(keys[0], *column, 2, -1), -1);
  values.append_last(keys[0], out);
  values.append_last(keys[1], out);
  const ColumnPtr found = out.finish();
  EXPECT_TRUE(found->is_null(0));
  EXPECT_TRUE(found->is_null(1));
  EXPECT_EQ(found->decode<double>()[2], 0.0);
  EXPECT_EQ(found->decode<double>()[3], 9.0);
  EXPECT_EQ(found->decode<double>()[4], 2.5);
  EXPECT_TRUE(found->is_null(5));

  values.merge_keys(keys[0], keys[1]);
  std::vector<int64_t> counts;
  values.append_all(keys[1], out, counts);
  EXPECT_EQ(counts, (std::vector<int64_t>{-1, 1, 2}));
  counts.clear();
  values.append_all(keys[0], out, counts);
  EXPECT_TRUE(counts.empty());
}

// Returns "a 1 x2, …" of the key's rows with their counts.
std::string rows_of(const OrderedValues& values, KeyRef key) {
  std::vector<ColumnBuilder> builders;
  for (const Type& type : values.value_types()) builders.emplace_back(type);
  std::vector<int64_t> counts;
  values.scan(key, [&](std::string_view value, int64_t count) {
    const size_t first = ordered_bytes(value, builders[0].type(), SortOrder());
    EXPECT_EQ(decode_ordered(value, SortOrder(), builders[0]), first);
    EXPECT_EQ(decode_ordered(value.substr(first), SortOrder(), builders[1]), value.size() - first);
    counts.push_back(count);
  });
  const ColumnPtr texts = builders[0].finish(), numbers = builders[1].finish();
  std::string all;
  for (int32_t row = 0; row < texts->num_rows(); ++row)
    all += fmt::format("{}{} {} x{}", row > 0 ? ", " : "", texts->is_null(row) ? "NULL" : texts->text(row),
                       numbers->decode<int64_t>()[row], counts[static_cast<size_t>(row)]);
  return all;
}

TEST(OrderedValues, RowsOfSeveralColumnsAreOrderedByTheFirstThenTheSecond) {
  PageTable pages;
  RecordTable table(pages, descriptor());
  OrderedValues& values = table.ordered_values(3);
  const KeyBatch keys = big_int_keys({1, 2});
  const std::vector<ColumnPtr> rows = {strings({"b", "a", "ab", std::nullopt, "a", "b"}),
                                       big_ints({1, 9, 0, 5, -3, 1})};
  for (int32_t row = 0; row < 6; ++row) values.add(keys[0], rows, row, 1);
  EXPECT_EQ(rows_of(values, keys[0]), "NULL 5 x1, a -3 x1, a 9 x1, ab 0 x1, b 1 x2");
  values.add(keys[1], rows, 0, 1);
  values.merge_keys(keys[1], keys[0]);
  EXPECT_EQ(rows_of(values, keys[0]), "NULL 5 x1, a -3 x1, a 9 x1, ab 0 x1, b 1 x3");
  EXPECT_EQ(rows_of(values, keys[1]), "");
}

TEST(OrderedValues, TheLeastRowOfEachFirstColumnCanBeKept) {
  PageTable pages;
  RecordTable table(pages, descriptor());
  OrderedValues& values = table.ordered_values(3);
  const KeyBatch keys = big_int_keys({1});
  const std::vector<ColumnPtr> rows = {strings({"a", "a", "ab", "a", "", "a"}), big_ints({4, 5, 1, 3, 7, 3})};
  std::vector<bool> put;
  for (int32_t row = 0; row < 6; ++row) put.push_back(values.put_least(keys[0], rows, row));
  EXPECT_EQ(put, (std::vector<bool>{true, false, true, true, true, false}));
  EXPECT_EQ(rows_of(values, keys[0]), " 7 x1, a 3 x1, ab 1 x1");
}

TEST(OrderedSequence, ListsInOrderAndMerges) {
  PageTable pages;
  RecordTable table(pages, descriptor());
  OrderedSequence& list = table.ordered_sequence(2);
  const KeyBatch keys = big_int_keys({1, 2});
  const std::vector<ColumnPtr> values = {strings({"late", "early", std::nullopt, "a long text beyond twelve"}),
                                         big_ints({1, std::nullopt, 3, 4})};
  list.put(keys[0], SubKey::of_time(9, 0), values, 0);
  list.put(keys[0], SubKey::of_time(1, 5), values, 1);
  list.put(keys[0], SubKey::of_time(1, 6), values, 2);
  list.put(keys[1], SubKey::of_time(5, 0), values, 3);
  list.put(keys[1], SubKey::of_time(9, 0), values, 3);
  list.merge_keys(keys[0], keys[1]);
  EXPECT_EQ(list.size(keys[0]), 0);
  std::vector<ColumnBuilder> out;
  out.emplace_back(Type::string());
  out.emplace_back(Type::big_int());
  std::vector<SubKey> places;
  list.append_all(keys[1], out, &places);
  const ColumnPtr texts = out[0].finish(), numbers = out[1].finish();
  ASSERT_EQ(texts->num_rows(), 4);
  EXPECT_EQ(texts->text(0), "early");
  EXPECT_TRUE(numbers->is_null(0));
  EXPECT_TRUE(texts->is_null(1));
  EXPECT_EQ(numbers->decode<int64_t>()[1], 3);
  EXPECT_EQ(texts->text(2), "a long text beyond twelve");
  EXPECT_EQ(texts->text(3), "late");
  EXPECT_EQ(places[2], SubKey::of_time(5, 0));
  EXPECT_TRUE(list.erase_equal(keys[1], values, 2));
  EXPECT_FALSE(list.erase_equal(keys[1], values, 2));
  EXPECT_FALSE(list.erase(keys[1], SubKey::of_time(1, 6)));
  list.erase(keys[1]);
  EXPECT_EQ(pages.pages_allocated(), 0U);
}

TEST(SliceTables, ADroppedSliceFreesItsPagesAtOnceCompanionsToo) {
  PageTable pages;
  SliceTables slices(pages, descriptor());
  const KeyBatch keys = big_int_keys({1, 2, 3});
  const ColumnPtr column = state_test::column_of<double>(Type::float64(), {2.5, -1.0, 9.0});
  for (const SliceId& id : {SliceId{2000, kNoWatermark}, SliceId{1000, 3000}, SliceId{1000, kNoWatermark}}) {
    RecordTable& slice = slices.slice(id);
    std::vector<std::byte*> records(3);
    std::vector<uint8_t> created(3);
    slice.upsert(keys, records, created);
    EXPECT_EQ(created, (std::vector<uint8_t>{1, 1, 1}));
    slice.ordered_values(1).add(keys[0], *column, 0, 1);
  }
  EXPECT_EQ(std::vector<SliceId>(slices.ids().begin(), slices.ids().end()),
            (std::vector<SliceId>{{1000, kNoWatermark}, {1000, 3000}, {2000, kNoWatermark}}));
  const size_t all = pages.pages_allocated();
  slices.drop({1000, 3000});
  slices.drop({5000, 0});
  EXPECT_EQ(pages.pages_allocated(), all / 3 * 2);
  EXPECT_EQ(slices.find({1000, 3000}), nullptr);
  {
    const std::unique_ptr<RecordTable> scratch = slices.make_scratch();
    scratch->merge_companions(*slices.find({1000, kNoWatermark}));
    scratch->merge_companions(*slices.find({2000, kNoWatermark}));
    ColumnBuilder out(Type::float64());
    std::vector<int64_t> counts;
    scratch->ordered_values(1).append_all(keys[0], out, counts);
    EXPECT_EQ(counts, (std::vector<int64_t>{2}));
  }
  slices.drop({1000, kNoWatermark});
  slices.drop({2000, kNoWatermark});
  EXPECT_EQ(pages.pages_allocated(), 0U);
}

}  // namespace
}  // namespace tidemill
