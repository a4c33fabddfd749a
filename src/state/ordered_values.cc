#include "state/ordered_values.h"

#include "base/check.h"

namespace tidemill {
namespace {

std::shared_ptr<const TableDescriptor> value_descriptor(const TableDescriptor& owner,
                                                        const CompanionDescriptor& companion) {
  CHECK_MSG(!companion.value_types.empty(), "ordered values {} of no type", companion.name);
  TableDescriptor values;
  values.name = companion.name;
  values.key_types = owner.key_types;
  values.partition_columns = owner.partition_columns;
  values.fields = {RecordField::int64("count")};
  return std::make_shared<const TableDescriptor>(std::move(values));
}

int64_t count_of(const std::byte* record) { return *reinterpret_cast<const int64_t*>(record); }

}  // namespace

OrderedValues::OrderedValues(PageTable& pages, const TableDescriptor& owner, const CompanionDescriptor& companion)
    : table_(pages, value_descriptor(owner, companion), SubKeyKind::kBytes), value_types_(companion.value_types) {
  CHECK_EQ(table_.layout().offset(0), 0U);
}

int8_t OrderedValues::add_encoded(KeyRef key, std::string_view value, int64_t delta) {
  if (delta == 0) return 0;
  bool created = false;
  auto& count = *reinterpret_cast<int64_t*>(table_.upsert(key, SubKey::of_bytes(value), created));
  const bool before = count > 0;
  count += delta;
  const auto transition = static_cast<int8_t>((count > 0 ? 1 : 0) - (before ? 1 : 0));
  if (count == 0) table_.erase(key, SubKey::of_bytes(value));
  return transition;
}

int8_t OrderedValues::add(KeyRef key, const Column& values, int32_t row, int64_t delta) {
  encoded_.clear();
  append_ordered(values, row, SortOrder(), encoded_);
  return add_encoded(key, encoded_, delta);
}

int8_t OrderedValues::add(KeyRef key, std::span<const ColumnPtr> values, int32_t row, int64_t delta) {
  encoded_.clear();
  for (const ColumnPtr& column : values) append_ordered(*column, row, SortOrder(), encoded_);
  return add_encoded(key, encoded_, delta);
}

bool OrderedValues::put_least(KeyRef key, std::span<const ColumnPtr> values, int32_t row) {
  encoded_.clear();
  append_ordered(*values.front(), row, SortOrder(), encoded_);
  const std::string first_column = encoded_;
  for (const ColumnPtr& column : values.subspan(1)) append_ordered(*column, row, SortOrder(), encoded_);
  std::string known;
  table_.scan(key, {SubKey::of_bytes(first_column), std::nullopt}, ScanDirection::kForward,
              [&](const SubKey& sub_key, const std::byte*) {
                if (sub_key.bytes.starts_with(first_column)) known = sub_key.bytes;
                return false;
              });
  if (!known.empty() && known <= encoded_) return false;
  if (!known.empty()) table_.erase(key, SubKey::of_bytes(known));
  add_encoded(key, encoded_, 1);
  return true;
}

void OrderedValues::add(const KeyBatch& keys, std::span<const int32_t> rows, const Column& values,
                        std::span<const int64_t> deltas, std::span<int8_t> transitions) {
  CHECK(deltas.size() == rows.size() && transitions.size() == rows.size());
  for (size_t i = 0; i < rows.size(); ++i) transitions[i] = add(keys[rows[i]], values, rows[i], deltas[i]);
}

void OrderedValues::append_end(KeyRef key, ScanDirection direction, ColumnBuilder& out) const {
  CHECK_EQ(value_types_.size(), 1U);
  bool found = false;
  table_.scan(key, SubKeyRange::all(), direction, [&](const SubKey& sub_key, const std::byte* record) {
    if (count_of(record) <= 0) return true;
    decode_ordered(sub_key.bytes, SortOrder(), out);
    found = true;
    return false;
  });
  if (!found) out.append_null();
}

void OrderedValues::append_first(KeyRef key, ColumnBuilder& out) const {
  append_end(key, ScanDirection::kForward, out);
}

void OrderedValues::append_last(KeyRef key, ColumnBuilder& out) const {
  append_end(key, ScanDirection::kBackward, out);
}

void OrderedValues::append_all(KeyRef key, ColumnBuilder& values, std::vector<int64_t>& counts) const {
  CHECK_EQ(value_types_.size(), 1U);
  scan(key, [&](std::string_view value, int64_t count) {
    decode_ordered(value, SortOrder(), values);
    counts.push_back(count);
  });
}

void OrderedValues::scan(KeyRef key, const std::function<void(std::string_view value, int64_t count)>& visit) const {
  table_.scan(key, SubKeyRange::all(), ScanDirection::kForward, [&](const SubKey& sub_key, const std::byte* record) {
    visit(sub_key.bytes, count_of(record));
    return true;
  });
}

void OrderedValues::erase(KeyRef key) { table_.erase(key, SubKeyRange::all()); }

void OrderedValues::merge_keys(KeyRef from, KeyRef to) {
  std::vector<std::pair<std::string, int64_t>> moved;
  table_.scan(from, SubKeyRange::all(), ScanDirection::kForward, [&](const SubKey& sub_key, const std::byte* record) {
    moved.emplace_back(sub_key.bytes, count_of(record));
    return true;
  });
  erase(from);
  for (const auto& [value, count] : moved) add_encoded(to, value, count);
}

void OrderedValues::merge_from(const OrderedValues& other) {
  other.table_.scan_keys([&](const KeyBatch& keys) {
    for (int32_t row = 0; row < keys.num_rows(); ++row) {
      other.table_.scan(keys[row], SubKeyRange::all(), ScanDirection::kForward,
                        [&](const SubKey& sub_key, const std::byte* record) {
                          add_encoded(keys[row], sub_key.bytes, count_of(record));
                          return true;
                        });
    }
  });
}

}  // namespace tidemill
