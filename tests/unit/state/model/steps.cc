#include "tests/unit/state/model/steps.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "state/partition_hashes.h"

namespace tidemill::state_test {
namespace {

constexpr int32_t kPool = 90;  // keys that steps draw from

struct Step {
  TestRandom& random;
  const Ownership& ownership;
  StoreUnderTest& subject;
  StoreModel& model;
};

// Random keys of the pool, some twice, that belong to the store by their first columns (-1: all).
KeyBatch draw(Step& step, const KeyLayoutPtr& layout, int32_t partition_columns, bool text_only, int32_t most) {
  std::vector<int32_t> indices;
  for (int32_t i = step.random.between(1, most); i > 0; --i) indices.push_back(step.random.below(kPool));
  const KeyBatch all = batch_of(layout, text_only ? text_keys(indices) : wide_keys(indices));
  TableDescriptor partitioned;
  partitioned.key_types = layout->types();
  partitioned.partition_columns = partition_columns;
  PartitionHashes partitions(partitioned);
  const std::span<const uint64_t> hashes = partitions.of(all);
  KeyBatch mine(layout);
  for (int32_t row = 0; row < all.num_rows(); ++row) {
    if (step.ownership.owns(hashes[static_cast<size_t>(row)])) mine.append(KeyView(all.canonical(row)));
  }
  return mine;
}

KeyBatch draw_numbers(Step& step, const KeyLayoutPtr& layout, int32_t pool, int32_t most) {
  std::vector<std::optional<int64_t>> numbers;
  for (int32_t i = step.random.between(1, most); i > 0; --i) numbers.emplace_back(step.random.below(pool) - pool / 2);
  const KeyBatch all = batch_of(layout, {big_ints(numbers)});
  KeyBatch mine(layout);
  for (int32_t row = 0; row < all.num_rows(); ++row) {
    if (step.ownership.owns(all.hashes()[static_cast<size_t>(row)])) mine.append(all[row]);
  }
  return mine;
}

std::string random_text(TestRandom& random) {
  const int32_t size = random.chance(2)    ? random.below(30000)
                       : random.chance(50) ? random.below(12)
                                           : random.below(200);
  return std::string(static_cast<size_t>(size), static_cast<char>('a' + random.below(26)));
}

template <class T>
T& field(std::byte* record, uint32_t offset) {
  return *reinterpret_cast<T*>(record + offset);
}

void change_companions(Step& step, RecordTable& table, KeyRef key, RecordModel& record) {
  const int64_t number = step.random.below(6);
  const int64_t delta = step.random.between(-1, 2);
  KeyBatch pair(table.distinct_counts(0).pair_layout());
  {
    // The pair's columns: those of the key, then the value.
    std::vector<ColumnBuilder> columns;
    for (const Type& type : table.key_layout()->types()) columns.emplace_back(type);
    KeyBatch one(table.key_layout());
    one.append(key);
    one.decode(columns);
    std::vector<ColumnPtr> finished;
    for (ColumnBuilder& column : columns) finished.push_back(column.finish());
    finished.push_back(big_ints({number}));
    pair.assign(finished, 1);
    int8_t transition = 9;
    table.distinct_counts(0).add(pair, std::span(&delta, 1), std::span(&transition, 1));
    int64_t& count = record.distinct[number];
    EXPECT_EQ(transition, (count + delta > 0 ? 1 : 0) - (count > 0 ? 1 : 0));
    if ((count += delta) == 0) record.distinct.erase(number);
  }
  const std::string value = std::string(static_cast<size_t>(step.random.below(20)), 'v');
  table.ordered_values(1).add(key, *strings({value}), 0, delta);
  if ((record.values[value] += delta) == 0) record.values.erase(value);

  const std::pair<int64_t, int64_t> place = {step.random.below(3), step.random.below(5)};
  std::optional<std::string> element;
  if (step.random.chance(80)) element = std::string(static_cast<size_t>(step.random.below(25)), 'e');
  const std::vector<ColumnPtr> elements = {strings({element})};
  OrderedSequence& sequence = table.ordered_sequence(2);
  if (step.random.chance(70)) {
    sequence.put(key, SubKey::of_time(place.first, place.second), elements, 0);
    record.sequence[place] = element;
  } else if (step.random.chance(50)) {
    EXPECT_EQ(sequence.erase(key, SubKey::of_time(place.first, place.second)), record.sequence.erase(place) != 0);
  } else {
    const auto equal = std::find_if(record.sequence.begin(), record.sequence.end(),
                                    [&](const auto& entry) { return entry.second == element; });
    EXPECT_EQ(sequence.erase_equal(key, elements, 0), equal != record.sequence.end());
    if (equal != record.sequence.end()) record.sequence.erase(equal);
  }
}

void clear_companions(RecordTable& table, KeyRef key, const RecordModel& record) {
  for (const auto& [number, count] : record.distinct) {
    std::vector<ColumnBuilder> columns;
    for (const Type& type : table.key_layout()->types()) columns.emplace_back(type);
    KeyBatch one(table.key_layout());
    one.append(key);
    one.decode(columns);
    std::vector<ColumnPtr> finished;
    for (ColumnBuilder& column : columns) finished.push_back(column.finish());
    finished.push_back(big_ints({number}));
    KeyBatch pair(table.distinct_counts(0).pair_layout());
    pair.assign(finished, 1);
    const int64_t delta = -count;
    int8_t transition = 0;
    table.distinct_counts(0).add(pair, std::span(&delta, 1), std::span(&transition, 1));
  }
  table.ordered_values(1).erase(key);
  table.ordered_sequence(2).erase(key);
}

void upsert_wide(Step& step, RecordTable& table, RecordTableModel& model) {
  const KeyBatch keys = draw(step, table.key_layout(), table.descriptor().partition_columns, false, 30);
  std::vector<std::byte*> records(static_cast<size_t>(keys.num_rows()));
  std::vector<uint8_t> created(records.size());
  table.upsert(keys, records, created);
  const RecordLayout& layout = table.layout();
  for (size_t i = 0; i < records.size(); ++i) {
    const std::string key = keys.canonical(static_cast<int32_t>(i));
    EXPECT_EQ(created[i] != 0, model.records.find(key) == model.records.end());
    RecordModel& expected = model.upsert(key);
    const int64_t amount = step.random.between(-1000, 1000);
    field<int64_t>(records[i], layout.offset("total")) += amount;
    field<int128>(records[i], layout.offset("wide")) -= amount;
    expected.total += amount;
    expected.wide -= amount;
    if (step.random.chance(40)) {
      expected.text = random_text(step.random);
      table.texts().replace(field<StoredText>(records[i], layout.offset("text")), expected.text);
    }
    if (step.random.chance(20)) {
      expected.hidden = random_text(step.random);
      const uint32_t offset = layout.offset("padding") + kHiddenTextOffset;
      table.texts().replace(field<StoredText>(records[i], offset), expected.hidden);
    }
    if (step.random.chance(40)) change_companions(step, table, keys[static_cast<int32_t>(i)], expected);
  }
}

void erase_wide(Step& step, RecordTable& table, RecordTableModel& model) {
  const KeyBatch keys = draw(step, table.key_layout(), table.descriptor().partition_columns, false, 40);
  for (int32_t row = 0; row < keys.num_rows(); ++row) {
    const auto place = model.records.find(keys.canonical(row));
    if (place != model.records.end()) clear_companions(table, keys[row], place->second);
    model.erase(keys.canonical(row));
  }
  table.erase(keys);
}

void change_narrow(Step& step) {
  RecordTable& table = *step.subject.narrow;
  const KeyBatch keys = draw_numbers(step, table.key_layout(), 2000, 60);
  const uint32_t offset = table.layout().offset("total");
  if (step.random.chance(30)) {
    std::vector<const std::byte*> found(static_cast<size_t>(keys.num_rows()));
    table.find(keys, found);
    for (int32_t row = 0; row < keys.num_rows(); ++row) {
      const auto expected = step.model.narrow.records.find(keys.canonical(row));
      ASSERT_EQ(found[static_cast<size_t>(row)] != nullptr, expected != step.model.narrow.records.end());
      if (expected == step.model.narrow.records.end()) continue;
      EXPECT_EQ(*reinterpret_cast<const int64_t*>(found[static_cast<size_t>(row)] + offset), expected->second.total);
    }
    for (int32_t row = 0; row < keys.num_rows(); ++row) step.model.narrow.erase(keys.canonical(row));
    table.erase(keys);
    return;
  }
  // Every second row, to use the form with a selection.
  std::vector<int32_t> rows;
  for (int32_t row = 0; row < keys.num_rows(); row += 2) rows.push_back(row);
  std::vector<std::byte*> records(rows.size());
  std::vector<uint8_t> created(rows.size());
  table.upsert(keys, rows, records, created);
  for (size_t i = 0; i < rows.size(); ++i) {
    field<int64_t>(records[i], offset) += static_cast<int64_t>(i);
    step.model.narrow.upsert(keys.canonical(rows[i])).total += static_cast<int64_t>(i);
  }
}

SliceId random_slice(TestRandom& random) {
  return {random.below(4) * 1000, random.chance(20) ? random.below(3) * 1000 : kNoWatermark};
}

// Merges all slices in a scratch table as a window does, and compares with the merged model.
void merge_slices(Step& step) {
  const std::unique_ptr<RecordTable> merged = step.subject.slices->make_scratch();
  std::map<std::string, int64_t> expected;
  std::map<std::pair<std::string, int64_t>, int64_t> distinct;
  std::vector<std::string> order;
  const uint32_t offset = merged->layout().offset("total");
  for (const SliceId& id : step.subject.slices->ids()) {
    const RecordTable& slice = *step.subject.slices->find(id);
    slice.scan([&](std::span<const std::byte* const> records) {
      KeyBatch keys(slice.key_layout());
      slice.read_keys(records, keys);
      std::vector<std::byte*> into(records.size());
      std::vector<uint8_t> created(records.size());
      merged->upsert(keys, into, created);
      for (size_t i = 0; i < records.size(); ++i)
        field<int64_t>(into[i], offset) += *reinterpret_cast<const int64_t*>(records[i] + offset);
    });
    merged->merge_companions(slice);
    for (const std::string& key : step.model.slices.at(id).order) {
      if (expected.try_emplace(key).second) order.push_back(key);
      const RecordModel& record = step.model.slices.at(id).records.at(key);
      expected[key] += record.total;
      for (const auto& [number, count] : record.distinct) distinct[{key, number}] += count;
    }
  }
  std::erase_if(distinct, [](const auto& entry) { return entry.second == 0; });
  EXPECT_EQ(merged->distinct_counts(0).size(), static_cast<int64_t>(distinct.size()));
  std::vector<std::string> found_order;
  merged->scan([&](std::span<const std::byte* const> records) {
    KeyBatch keys(merged->key_layout());
    merged->read_keys(records, keys);
    for (size_t i = 0; i < records.size(); ++i) {
      found_order.push_back(keys.canonical(static_cast<int32_t>(i)));
      EXPECT_EQ(*reinterpret_cast<const int64_t*>(records[i] + offset), expected[found_order.back()]);
    }
  });
  EXPECT_EQ(found_order, order);
}

void change_slices(Step& step) {
  const SliceId id = random_slice(step.random);
  if (step.random.chance(25)) {
    step.subject.slices->drop(id);
    step.model.slices.erase(id);
  } else if (step.random.chance(20)) {
    merge_slices(step);
  } else {
    upsert_wide(step, step.subject.slices->slice(id), step.model.slices[id]);
    if (step.model.slices[id].records.empty()) {
      // A slice without records would be forgotten by a restore.
      step.subject.slices->drop(id);
      step.model.slices.erase(id);
    }
  }
}

// Sub-keys own their bytes here.
struct SubKeyText {
  SubKey sub_key;
  std::string bytes;
  SubKey get() const { return {sub_key.time, sub_key.sequence, bytes}; }
};

SubKeyText random_sub_key(TestRandom& random, bool bytes) {
  if (!bytes) return {SubKey::of_time(random.between(-5, 30), random.between(-2, 9)), ""};
  std::string text(static_cast<size_t>(random.below(30)), 's');
  if (!text.empty()) text.back() = static_cast<char>(random.below(256));
  return {SubKey(), text};
}

void change_rows(Step& step, OrderedTable& table, OrderedTableModel& model, bool bytes) {
  KeyBatch keys = bytes ? draw(step, table.key_layout(), -1, true, 40) : draw_numbers(step, table.key_layout(), 8, 40);
  if (keys.num_rows() == 0) return;
  const KeyRef first = keys[0];
  const std::string first_key = keys.canonical(0);
  if (step.random.chance(60)) {
    std::vector<int32_t> rows;
    std::vector<SubKeyText> texts;
    for (int32_t row = 0; row < keys.num_rows(); ++row) {
      rows.push_back(step.random.chance(50) ? 0 : row);  // one key gets many rows
      texts.push_back(random_sub_key(step.random, bytes));
    }
    std::vector<SubKey> sub_keys;
    for (const SubKeyText& text : texts) sub_keys.push_back(text.get());
    std::vector<std::byte*> records(rows.size());
    std::vector<uint8_t> created(rows.size());
    table.upsert(keys, rows, sub_keys, records, created);
    for (size_t i = 0; i < rows.size(); ++i) {
      OrderedTableModel::Row& row = model.upsert(keys.canonical(rows[i]), sub_keys[i]);
      row.number += static_cast<int64_t>(i) + 1;
      row.text = random_text(step.random);
      field<int64_t>(records[i], table.layout().offset("number")) += static_cast<int64_t>(i) + 1;
      table.texts().replace(field<StoredText>(records[i], table.layout().offset("text")), row.text);
    }
    return;
  }
  auto& rows = model.rows[first_key];
  const SubKeyText from = random_sub_key(step.random, bytes), until = random_sub_key(step.random, bytes);
  if (step.random.chance(40)) {
    const OrderedTableModel::SubKeyModel wanted = {{from.sub_key.time, from.sub_key.sequence}, from.bytes};
    EXPECT_EQ(table.find(first, from.get()) != nullptr, rows.count(wanted) != 0);
    EXPECT_EQ(table.erase(first, from.get()), rows.erase(wanted) != 0);
  } else {
    SubKeyRange range;
    if (step.random.chance(70)) range.from = from.get();
    if (step.random.chance(70)) range.until = until.get();
    const auto inside = [&](const OrderedTableModel::SubKeyModel& sub_key) {
      const OrderedTableModel::SubKeyModel low = {{from.sub_key.time, from.sub_key.sequence}, from.bytes};
      const OrderedTableModel::SubKeyModel high = {{until.sub_key.time, until.sub_key.sequence}, until.bytes};
      return (!range.from || sub_key >= low) && (!range.until || sub_key < high);
    };
    std::vector<int64_t> expected, found;
    for (const auto& [sub_key, row] : rows) {
      if (inside(sub_key)) expected.push_back(row.number);
    }
    std::reverse(expected.begin(), expected.end());
    table.scan_for_update(first, range, ScanDirection::kBackward, [&](const SubKey&, std::byte* record) {
      found.push_back(field<int64_t>(record, table.layout().offset("number"))++);
      return true;
    });
    EXPECT_EQ(found, expected);
    for (auto& [sub_key, row] : rows) row.number += inside(sub_key) ? 1 : 0;
    if (step.random.chance(50)) {
      EXPECT_EQ(table.erase(first, range), static_cast<int64_t>(expected.size()));
      std::erase_if(rows, [&](const auto& entry) { return inside(entry.first); });
    }
  }
  if (rows.empty() && std::find(model.order.begin(), model.order.end(), first_key) == model.order.end())
    model.rows.erase(first_key);
  else
    model.forget_if_empty(first_key);
}

void append_rows(Step& step) {
  ListTable& table = *step.subject.lists;
  const KeyBatch keys = draw(step, table.key_layout(), -1, true, 40);
  std::vector<int32_t> rows;
  std::vector<std::string> texts;
  std::vector<uint32_t> sizes;
  for (int32_t i = 0; i < 2 * keys.num_rows(); ++i) {
    rows.push_back(step.random.chance(50) ? 0 : i / 2);  // one key gets many rows
    texts.push_back(random_text(step.random));
    sizes.push_back(static_cast<uint32_t>(texts.back().size()));
    const std::string key = keys.canonical(rows.back());
    if (!step.model.lists.rows.contains(key)) step.model.lists.order.push_back(key);
    step.model.lists.rows[key].push_back(texts.back());
  }
  std::vector<ListTable::NewRow> places(rows.size());
  table.append(keys, rows, sizes, places);
  for (size_t i = 0; i < rows.size(); ++i) std::memcpy(places[i].bytes, texts[i].data(), texts[i].size());
  table.end_append();
}

void change_timers(Step& step) {
  TimerQueue& timers = *step.subject.timers;
  if (step.random.chance(25)) {
    const EpochMillis now = step.random.between(-100, 1000);
    DueTimers due(timers.key_layout());
    while (timers.pop_due(now, step.random.between(1, 7), due)) {
      for (int32_t i = 0; i < due.size(); ++i) {
        ASSERT_FALSE(step.model.timers.empty());
        const auto expected = step.model.timers.begin();
        EXPECT_EQ(due.times[static_cast<size_t>(i)], expected->first.first);
        EXPECT_EQ(due.keys.canonical(i), expected->first.second);
        step.model.timers.erase(expected);
      }
    }
    EXPECT_TRUE(step.model.timers.empty() || step.model.timers.begin()->first.first > now);
    return;
  }
  const KeyBatch keys = draw(step, timers.key_layout(), -1, false, 20);
  for (int32_t row = 0; row < keys.num_rows(); ++row) {
    const EpochMillis time = step.random.between(-100, 1000) / 10 * 10;
    if (step.random.chance(30)) {
      EXPECT_EQ(timers.remove(keys[row], time), step.model.timers.erase({time, keys.canonical(row)}) != 0);
    } else {
      timers.add(keys[row], time);
      step.model.timers[{time, keys.canonical(row)}] = true;
    }
  }
}

void change_splits(Step& step) {
  const std::string split = fmt::format("split-{}", step.random.below(9));
  if (!step.ownership.owns_split(split)) return;
  if (step.random.chance(30)) {
    step.subject.splits->erase(split);
    step.model.splits.erase(split);
  } else {
    step.model.splits[split] = random_text(step.random);
    step.subject.splits->put(split, step.model.splits[split]);
  }
  step.subject.store.scalars().add("late_rows", 3);
  step.model.late_rows += 3;
  const int64_t watermark = std::max<int64_t>(step.model.watermark.value_or(0), step.random.below(1000));
  step.model.watermark = watermark;
  step.subject.store.scalars().set("watermark", ScalarMerge::kMinimum, watermark);
}

}  // namespace

void random_step(TestRandom& random, const Ownership& ownership, StoreUnderTest& subject, StoreModel& model) {
  Step step{random, ownership, subject, model};
  switch (random.below(11)) {
    case 0:
    case 1:
      upsert_wide(step, *subject.wide, model.wide);
      break;
    case 2:
      erase_wide(step, *subject.wide, model.wide);
      break;
    case 3:
      change_narrow(step);
      break;
    case 4:
    case 5:
      change_slices(step);
      break;
    case 6:
      change_rows(step, *subject.timed, model.timed, false);
      break;
    case 7:
      change_rows(step, *subject.named, model.named, true);
      break;
    case 8:
      change_timers(step);
      break;
    case 9:
      append_rows(step);
      break;
    default:
      change_splits(step);
  }
  subject.store.release();
}

}  // namespace tidemill::state_test
