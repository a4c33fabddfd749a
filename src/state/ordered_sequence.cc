#include "state/ordered_sequence.h"

#include <cstring>

#include "base/check.h"
#include "data/dispatch.h"
#include "state/record_key.h"

namespace tidemill {
namespace {

// Fields of a record: value i at field 2 i, whether it is NULL at field 2 i + 1.
std::shared_ptr<const TableDescriptor> element_descriptor(const TableDescriptor& owner,
                                                          const CompanionDescriptor& companion) {
  TableDescriptor elements;
  elements.name = companion.name;
  elements.key_types = owner.key_types;
  elements.partition_columns = owner.partition_columns;
  for (size_t i = 0; i < companion.value_types.size(); ++i) {
    const PhysicalType physical = companion.value_types[i].physical();
    const auto size = static_cast<uint32_t>(physical_size(physical));
    const std::string name = fmt::format("value{}", i);
    if (physical == PhysicalType::kText)
      elements.fields.push_back(RecordField::text(name));
    else
      elements.fields.push_back({name, size, size, FieldKind::kBytes});
    elements.fields.push_back(RecordField::flag(fmt::format("null{}", i)));
  }
  return std::make_shared<const TableDescriptor>(std::move(elements));
}

}  // namespace

OrderedSequence::OrderedSequence(PageTable& pages, const TableDescriptor& owner, const CompanionDescriptor& companion)
    : value_types_(companion.value_types),
      table_(pages, element_descriptor(owner, companion), SubKeyKind::kTimeSequence) {}

void OrderedSequence::put(KeyRef key, const SubKey& sequence, std::span<const ColumnPtr> values, int32_t row) {
  CHECK_EQ(values.size(), value_types_.size());
  bool created = false;
  std::byte* const record = table_.upsert(key, sequence, created);
  for (size_t i = 0; i < values.size(); ++i) {
    const Column& column = *values[i];
    CHECK(column.type().physical() == value_types_[i].physical());
    std::byte* const value = record + table_.layout().offset(static_cast<int32_t>(2 * i));
    const bool null = column.is_null(row);
    record[table_.layout().offset(static_cast<int32_t>(2 * i + 1))] = std::byte{null};
    dispatch_physical(column.type().physical(), [&]<class T>() {
      if constexpr (std::is_same_v<T, Text>) {
        StoredText stored = load_stored_text(value);
        table_.texts().replace(stored, null ? std::string_view() : column.text(row));
        put_stored_text(value, stored);
      } else {
        const T stored = null ? T{} : column.decode<T>()[row];
        std::memcpy(value, &stored, sizeof(T));
      }
    });
  }
}

bool OrderedSequence::erase(KeyRef key, const SubKey& sequence) { return table_.erase(key, sequence); }

void OrderedSequence::erase(KeyRef key) { table_.erase(key, SubKeyRange::all()); }

bool OrderedSequence::record_equals(const std::byte* record, std::span<const ColumnPtr> values, int32_t row) const {
  for (size_t i = 0; i < values.size(); ++i) {
    const Column& column = *values[i];
    const std::byte* const value = record + table_.layout().offset(static_cast<int32_t>(2 * i));
    const bool null = record[table_.layout().offset(static_cast<int32_t>(2 * i + 1))] != std::byte{0};
    if (null != column.is_null(row)) return false;
    if (null) continue;
    const bool equal = dispatch_physical(column.type().physical(), [&]<class T>() {
      if constexpr (std::is_same_v<T, Text>) {
        std::string scratch;
        const StoredText stored = load_stored_text(value);
        return table_.texts().load(stored, scratch) == column.text(row);
      } else {
        T stored;
        std::memcpy(&stored, value, sizeof(T));
        const T wanted = column.decode<T>()[row];
        if constexpr (std::is_floating_point_v<T>)
          return stored == wanted || (stored != stored && wanted != wanted);
        else
          return stored == wanted;
      }
    });
    if (!equal) return false;
  }
  return true;
}

bool OrderedSequence::erase_equal(KeyRef key, std::span<const ColumnPtr> values, int32_t row) {
  CHECK_EQ(values.size(), value_types_.size());
  std::optional<SubKey> found;
  table_.scan(key, SubKeyRange::all(), ScanDirection::kForward, [&](const SubKey& sequence, const std::byte* record) {
    if (record_equals(record, values, row)) found = sequence;
    return !found.has_value();
  });
  return found && table_.erase(key, *found);
}

void OrderedSequence::append_all(KeyRef key, std::span<ColumnBuilder> values, std::vector<SubKey>* sequences) const {
  CHECK_EQ(values.size(), value_types_.size());
  std::string scratch;
  table_.scan(key, SubKeyRange::all(), ScanDirection::kForward, [&](const SubKey& sequence, const std::byte* record) {
    for (size_t i = 0; i < values.size(); ++i) {
      const std::byte* const value = record + table_.layout().offset(static_cast<int32_t>(2 * i));
      if (record[table_.layout().offset(static_cast<int32_t>(2 * i + 1))] != std::byte{0}) {
        values[i].append_null();
        continue;
      }
      dispatch_physical(value_types_[i].physical(), [&]<class T>() {
        if constexpr (std::is_same_v<T, Text>) {
          const StoredText stored = load_stored_text(value);
          values[i].append_text(table_.texts().load(stored, scratch));
        } else {
          T loaded;
          std::memcpy(&loaded, value, sizeof(T));
          values[i].append(loaded);
        }
      });
    }
    if (sequences != nullptr) sequences->push_back(sequence);
    return true;
  });
}

void OrderedSequence::copy_record(const OrderedTable& source, const std::byte* from, std::byte* to) {
  std::string scratch;
  for (size_t i = 0; i < value_types_.size(); ++i) {
    const uint32_t value = table_.layout().offset(static_cast<int32_t>(2 * i));
    const uint32_t null = table_.layout().offset(static_cast<int32_t>(2 * i + 1));
    to[null] = from[null];
    if (value_types_[i].physical() != PhysicalType::kText) {
      std::memcpy(to + value, from + value, static_cast<size_t>(physical_size(value_types_[i].physical())));
      continue;
    }
    const StoredText stored = load_stored_text(from + value);
    const std::string text(source.texts().load(stored, scratch));
    StoredText copy = load_stored_text(to + value);
    table_.texts().replace(copy, text);
    put_stored_text(to + value, copy);
  }
}

void OrderedSequence::merge_keys(KeyRef from, KeyRef to) {
  std::vector<SubKey> sequences;
  table_.scan(from, SubKeyRange::all(), ScanDirection::kForward, [&](const SubKey& sequence, const std::byte*) {
    sequences.push_back(sequence);
    return true;
  });
  for (const SubKey& sequence : sequences) {
    bool created = false;
    std::byte* const record = table_.upsert(to, sequence, created);
    copy_record(table_, table_.find(from, sequence), record);
  }
  erase(from);
}

void OrderedSequence::merge_from(const OrderedSequence& other) {
  other.table_.scan_keys([&](const KeyBatch& keys) {
    for (int32_t row = 0; row < keys.num_rows(); ++row) {
      other.table_.scan(keys[row], SubKeyRange::all(), ScanDirection::kForward,
                        [&](const SubKey& sequence, const std::byte* record) {
                          bool created = false;
                          copy_record(other.table_, record, table_.upsert(keys[row], sequence, created));
                          return true;
                        });
    }
  });
}

}  // namespace tidemill
