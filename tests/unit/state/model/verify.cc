#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "base/int128.h"
#include "state/ordered_encoding.h"
#include "state/state_image.h"
#include "tests/unit/state/model/store_under_test.h"

namespace tidemill::state_test {
namespace {

template <class T>
T load(const std::byte* record, uint32_t offset) {
  T value;
  std::memcpy(static_cast<void*>(&value), record + offset, sizeof(T));
  return value;
}

KeyBatch key_batch(const KeyLayoutPtr& layout, const std::string& key) {
  KeyBatch keys(layout);
  keys.append(KeyView(key));
  return keys;
}

std::map<std::string, std::map<int64_t, int64_t>> distinct_of(const RecordTable& table) {
  std::map<std::string, std::map<int64_t, int64_t>> found;
  const DistinctCounts& counts = table.companions().distinct_counts(0);
  counts.scan([&](const KeyBatch& pairs, std::span<const int64_t> numbers) {
    KeyBatch owners(table.key_layout());
    owner_keys(pairs, owners);
    std::vector<ColumnBuilder> columns;
    for (const Type& type : pairs.layout().types()) columns.emplace_back(type);
    pairs.decode(columns);
    const ColumnPtr values = columns.back().finish();
    for (int32_t i = 0; i < pairs.num_rows(); ++i)
      found[owners.canonical(i)][values->decode<int64_t>()[i]] = numbers[static_cast<size_t>(i)];
  });
  return found;
}

void verify_companions(const RecordTable& table, const RecordTableModel& model) {
  std::map<std::string, std::map<int64_t, int64_t>> distinct;
  size_t keys_with_values = 0, keys_with_sequence = 0;
  const OrderedValues& ordered = table.companions().ordered_values(1);
  const OrderedSequence& sequence = table.companions().ordered_sequence(2);
  for (const auto& [key, record] : model.records) {
    if (!record.distinct.empty()) distinct[key] = record.distinct;
    const KeyBatch keys = key_batch(table.key_layout(), key);
    ColumnBuilder builder(Type::string());
    std::vector<int64_t> counts;
    ordered.append_all(keys[0], builder, counts);
    const ColumnPtr values = builder.finish();
    std::map<std::string, int64_t> found;
    for (size_t i = 0; i < counts.size(); ++i) found[std::string(values->text(static_cast<int32_t>(i)))] = counts[i];
    EXPECT_EQ(found, record.values);
    keys_with_values += record.values.empty() ? 0 : 1;

    std::vector<ColumnBuilder> elements;
    elements.emplace_back(Type::string());
    std::vector<SubKey> places;
    sequence.append_all(keys[0], elements, &places);
    const ColumnPtr texts = elements[0].finish();
    ASSERT_EQ(places.size(), record.sequence.size());
    int32_t row = 0;
    for (const auto& [place, text] : record.sequence) {
      EXPECT_EQ(places[static_cast<size_t>(row)], SubKey::of_time(place.first, place.second));
      EXPECT_EQ(texts->is_null(row), !text.has_value());
      EXPECT_EQ(texts->is_null(row) ? "" : texts->text(row), text.value_or(""));
      ++row;
    }
    EXPECT_EQ(sequence.size(keys[0]), row);
    keys_with_sequence += row == 0 ? 0 : 1;
  }
  EXPECT_EQ(distinct_of(table), distinct);
  EXPECT_EQ(static_cast<size_t>(ordered.table().num_keys()), keys_with_values);
  EXPECT_EQ(static_cast<size_t>(sequence.table().num_keys()), keys_with_sequence);
}

void verify_records(const RecordTable& table, const RecordTableModel& model, bool wide) {
  ASSERT_EQ(table.size(), static_cast<int64_t>(model.records.size()));
  std::vector<std::string> order;
  const RecordLayout& layout = table.layout();
  std::string scratch;
  table.scan([&](std::span<const std::byte* const> records) {
    KeyBatch keys(table.key_layout());
    table.read_keys(records, keys);
    for (size_t i = 0; i < records.size(); ++i) {
      const std::string key = keys.canonical(static_cast<int32_t>(i));
      order.push_back(key);
      const auto place = model.records.find(key);
      ASSERT_NE(place, model.records.end()) << hex(key.substr(0, 40));
      EXPECT_EQ(load<int64_t>(records[i], layout.offset("total")), place->second.total);
      if (!wide) continue;
      EXPECT_TRUE(load<int128>(records[i], layout.offset("wide")) == place->second.wide);
      EXPECT_EQ(table.texts().load(load<StoredText>(records[i], layout.offset("text")), scratch), place->second.text);
      const auto hidden = load<StoredText>(records[i], layout.offset("padding") + kHiddenTextOffset);
      EXPECT_EQ(table.texts().load(hidden, scratch), place->second.hidden);
    }
  });
  EXPECT_EQ(order, model.order);
  for (const std::string& key : model.order) {
    const std::byte* const record = table.find(key_batch(table.key_layout(), key)[0]);
    ASSERT_NE(record, nullptr);
    EXPECT_EQ(load<int64_t>(record, layout.offset("total")), model.records.at(key).total);
  }
  if (wide) verify_companions(table, model);
}

SubKey sub_key_of(const OrderedTableModel::SubKeyModel& model) {
  return {model.first.first, model.first.second, model.second};
}

void verify_rows(const OrderedTable& table, const OrderedTableModel& model) {
  EXPECT_EQ(table.num_keys(), static_cast<int64_t>(model.rows.size()));
  std::vector<std::string> order;
  table.scan_keys([&](const KeyBatch& keys) {
    for (int32_t i = 0; i < keys.num_rows(); ++i) order.push_back(keys.canonical(i));
  });
  EXPECT_EQ(order, model.order);
  int64_t all = 0;
  std::string scratch;
  for (const auto& [key, rows] : model.rows) {
    const KeyBatch keys = key_batch(table.key_layout(), key);
    EXPECT_EQ(table.size(keys[0]), static_cast<int64_t>(rows.size()));
    auto expected = rows.begin();
    table.scan(keys[0], SubKeyRange::all(), ScanDirection::kForward,
               [&](const SubKey& sub_key, const std::byte* record) {
                 if (expected == rows.end()) {
                   ADD_FAILURE() << "more rows than expected";
                   return false;
                 }
                 EXPECT_EQ(sub_key, sub_key_of(expected->first));
                 EXPECT_EQ(load<int64_t>(record, table.layout().offset("number")), expected->second.number);
                 EXPECT_EQ(table.texts().load(load<StoredText>(record, table.layout().offset("text")), scratch),
                           expected->second.text);
                 ++expected;
                 return true;
               });
    EXPECT_EQ(expected, rows.end());
    all += static_cast<int64_t>(rows.size());
  }
  EXPECT_EQ(table.size(), all);
}

void verify_lists(const ListTable& table, const ListTableModel& model) {
  EXPECT_EQ(table.num_keys(), static_cast<int64_t>(model.rows.size()));
  std::vector<std::string> order;
  table.directory().scan([&](std::span<const std::byte* const> entries) {
    KeyBatch keys(table.key_layout());
    table.directory().read_keys(entries, keys);
    for (int32_t i = 0; i < keys.num_rows(); ++i) order.push_back(keys.canonical(i));
  });
  EXPECT_EQ(order, model.order);
  int64_t all = 0;
  const int32_t first = 0;
  std::string scratch;
  for (const auto& [key, rows] : model.rows) {
    ListRoot list;
    table.find(key_batch(table.key_layout(), key), {&first, 1}, {&list, 1});
    std::vector<std::string> found;
    for (ListReader reader = table.reader(list); !reader.at_end();) found.emplace_back(reader.next(scratch));
    EXPECT_EQ(found, rows);
    all += static_cast<int64_t>(rows.size());
  }
  EXPECT_EQ(table.size(), all);
}

void verify_view_records(ReadView& view, const std::string& name, const SliceId* slice, const RecordTableModel& model) {
  const TableFormat& format = view.format(name);
  const auto offset = [&](std::string_view field) {
    for (size_t i = 0; i < format.fields.size(); ++i) {
      if (format.fields[i].name == field) return format.offsets[i];
    }
    return uint32_t{0};
  };
  std::vector<std::string> order;
  const ReadView::RecordVisit visit = [&](KeyView key, const std::byte* record) {
    order.emplace_back(key);
    const auto place = model.records.find(order.back());
    if (place == model.records.end()) return false;
    EXPECT_EQ(load<int64_t>(record, offset("total")), place->second.total);
    if (name == "narrow") return true;
    EXPECT_EQ(view.text(record + offset("text")), place->second.text);
    return true;
  };
  if (slice != nullptr)
    view.scan(name, *slice, visit);
  else
    view.scan(name, visit);
  EXPECT_EQ(order, model.order);
}

void verify_view_rows(const ReadView& view, const std::string& name, const OrderedTableModel& model) {
  const TableFormat& format = view.format(name);
  std::map<std::string, std::map<OrderedTableModel::SubKeyModel, int64_t>> found, expected;
  view.scan_rows(name, [&](KeyView key, const SubKey& sub_key, const std::byte* record) {
    found[std::string(key)][{{sub_key.time, sub_key.sequence}, std::string(sub_key.bytes)}] =
        load<int64_t>(record, format.offsets[0]);
    return true;
  });
  for (const auto& [key, rows] : model.rows) {
    for (const auto& [sub_key, row] : rows) expected[key][sub_key] = row.number;
  }
  EXPECT_EQ(found, expected);
}

}  // namespace

void verify(StoreUnderTest& subject, const StoreModel& model) {
  verify_records(*subject.wide, model.wide, true);
  verify_records(*subject.narrow, model.narrow, false);
  std::vector<SliceId> ids;
  for (const auto& [id, slice] : model.slices) {
    ids.push_back(id);
    const RecordTable* const table = subject.slices->find(id);
    ASSERT_NE(table, nullptr) << id.slice_end << " " << id.first_window_end << " records " << slice.records.size()
                              << " open " << subject.slices->ids().size();
    verify_records(*table, slice, true);
  }
  EXPECT_TRUE(std::equal(ids.begin(), ids.end(), subject.slices->ids().begin(), subject.slices->ids().end()));
  verify_rows(*subject.timed, model.timed);
  verify_rows(*subject.named, model.named);
  verify_lists(*subject.lists, model.lists);

  std::map<std::pair<int64_t, std::string>, bool> timers;
  subject.timers->scan([&](EpochMillis time, KeyView key) {
    timers[{time, std::string(key)}] = true;
    return true;
  });
  EXPECT_EQ(timers, model.timers);
  EXPECT_EQ(subject.timers->size(), static_cast<int64_t>(model.timers.size()));
  EXPECT_EQ(subject.timers->next_time(),
            model.timers.empty() ? std::nullopt : std::optional(model.timers.begin()->first.first));
  EXPECT_EQ((std::map<std::string, std::string>(subject.splits->splits().begin(), subject.splits->splits().end())),
            model.splits);
  EXPECT_EQ(subject.store.scalars().get("late_rows").value_or(0), model.late_rows);
  EXPECT_EQ(subject.store.scalars().get("watermark"), model.watermark);
  subject.store.release();
}

void verify_view(ReadView& view, const StoreModel& model) {
  EXPECT_EQ(view.tables(), (std::vector<std::string>{"wide", "narrow", "slices", "timed", "named"}));
  verify_view_records(view, "wide", nullptr, model.wide);
  verify_view_records(view, "narrow", nullptr, model.narrow);
  std::vector<SliceId> ids;
  for (const auto& [id, slice] : model.slices) {
    ids.push_back(id);
    verify_view_records(view, "slices", &id, slice);
  }
  EXPECT_EQ(view.slices("slices"), ids);
  verify_view_rows(view, "timed", model.timed);
  verify_view_rows(view, "named", model.named);
  for (const auto& [key, record] : model.narrow.records) EXPECT_NE(view.find("narrow", key), nullptr);
  EXPECT_EQ(view.find("narrow", std::string(9, '\7')), nullptr);
}

}  // namespace tidemill::state_test
