#include "tests/unit/state/model/store_under_test.h"

#include <algorithm>

namespace tidemill::state_test {
namespace {

TableDescriptor wide_descriptor(const std::string& name, int32_t partition_columns) {
  TableDescriptor descriptor;
  descriptor.name = name;
  descriptor.partition_columns = partition_columns;
  descriptor.key_types = {Type::big_int(), Type::string()};
  // The padding makes pages hold few records, so that small tests see pages merge.
  descriptor.fields = {RecordField::flag("flag"), RecordField::int64("total"), RecordField::text("text"),
                       RecordField::int128("wide"), RecordField::bytes("padding", 1500, 8)};
  descriptor.fields.back().text_slots = {40};
  descriptor.companions = {{"distinct", CompanionKind::kDistinctCounts, {Type::big_int()}},
                           {"values", CompanionKind::kOrderedValues, {Type::string()}},
                           {"sequence", CompanionKind::kOrderedSequence, {Type::string()}}};
  return descriptor;
}

TableDescriptor narrow_descriptor() {
  TableDescriptor descriptor;
  descriptor.name = "narrow";
  descriptor.key_types = {Type::big_int().not_null()};
  descriptor.fields = {RecordField::int64("count"), RecordField::int64("total")};
  return descriptor;
}

TableDescriptor rows_descriptor(const std::string& name, const Type& key) {
  TableDescriptor descriptor;
  descriptor.name = name;
  descriptor.key_types = {key};
  descriptor.fields = {RecordField::int64("number"), RecordField::text("text")};
  return descriptor;
}

TableDescriptor lists_descriptor() {
  TableDescriptor descriptor;
  descriptor.name = "lists";
  descriptor.key_types = {Type::string()};
  return descriptor;
}

std::string pool_text(int32_t index) {
  switch (index % 5) {
    case 0:
      return "";
    case 1:
      return fmt::format("k{}", index);
    case 2:
      return fmt::format("a key beyond twelve bytes {}", index);
    case 3:
      return std::string(static_cast<size_t>(index % 40) * 10, 'z') + fmt::format("{}", index);
    default:
      return index == 4 ? std::string(17000, 'L') : fmt::format("{:012}", index);
  }
}

}  // namespace

RecordModel& RecordTableModel::upsert(const std::string& key) {
  const auto [place, created] = records.try_emplace(key);
  if (created) order.push_back(key);
  return place->second;
}

void RecordTableModel::erase(const std::string& key) {
  if (records.erase(key) != 0) std::erase(order, key);
}

OrderedTableModel::Row& OrderedTableModel::upsert(const std::string& key, const SubKey& sub_key) {
  const auto [place, created] = rows.try_emplace(key);
  if (created) order.push_back(key);
  return place->second[{{sub_key.time, sub_key.sequence}, std::string(sub_key.bytes)}];
}

void OrderedTableModel::forget_if_empty(const std::string& key) {
  const auto place = rows.find(key);
  if (place == rows.end() || !place->second.empty()) return;
  rows.erase(place);
  std::erase(order, key);
}

StoreUnderTest::StoreUnderTest(int32_t max_parallelism, KeyGroupRange key_groups, const PageTableOptions& pages)
    : store({max_parallelism, key_groups, pages}),
      wide(&store.record_table(wide_descriptor("wide", 1))),
      narrow(&store.record_table(narrow_descriptor())),
      slices(&store.slice_tables(wide_descriptor("slices", -1))),
      timed(&store.ordered_table(rows_descriptor("timed", Type::big_int()), SubKeyKind::kTimeSequence)),
      named(&store.ordered_table(rows_descriptor("named", Type::string()), SubKeyKind::kBytes)),
      lists(&store.list_table(lists_descriptor())),
      timers(&store.timers({"timers", {Type::big_int(), Type::string()}})),
      splits(&store.split_state("splits")) {}

std::vector<ColumnPtr> wide_keys(const std::vector<int32_t>& indices) {
  std::vector<std::optional<int64_t>> numbers;
  for (const int32_t index : indices)
    numbers.push_back(index % 7 == 0 ? std::nullopt : std::optional<int64_t>(index / 2 - 10));
  return {big_ints(numbers), text_keys(indices)[0]};
}

std::vector<ColumnPtr> text_keys(const std::vector<int32_t>& indices) {
  std::vector<std::optional<std::string>> texts;
  for (const int32_t index : indices)
    texts.push_back(index % 11 == 0 ? std::nullopt : std::optional<std::string>(pool_text(index)));
  return {strings(texts)};
}

KeyBatch batch_of(const KeyLayoutPtr& layout, const std::vector<ColumnPtr>& columns) {
  KeyBatch keys(layout);
  keys.assign(columns, columns[0]->num_rows());
  return keys;
}

}  // namespace tidemill::state_test
