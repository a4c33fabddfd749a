#include "state/ordered_sequence.h"

#include "base/check.h"

namespace tidemill {
namespace {

std::shared_ptr<const TableDescriptor> element_descriptor(const TableDescriptor& owner,
                                                          const CompanionDescriptor& companion, ValueFields& values) {
  TableDescriptor elements;
  elements.name = companion.name;
  elements.key_types = owner.key_types;
  elements.partition_columns = owner.partition_columns;
  values.declare(elements);
  return std::make_shared<const TableDescriptor>(std::move(elements));
}

}  // namespace

OrderedSequence::OrderedSequence(PageTable& pages, const TableDescriptor& owner, const CompanionDescriptor& companion)
    : values_(companion.value_types),
      table_(pages, element_descriptor(owner, companion, values_), SubKeyKind::kTimeSequence) {
  values_.open(table_.layout());
}

void OrderedSequence::put(KeyRef key, const SubKey& sequence, std::span<const ColumnPtr> values, int32_t row) {
  bool created = false;
  std::byte* const record = table_.upsert(key, sequence, created);
  values_.put(record, table_.texts(), values, row);
}

bool OrderedSequence::erase(KeyRef key, const SubKey& sequence) { return table_.erase(key, sequence); }

void OrderedSequence::erase(KeyRef key, const SubKeyRange& range) { table_.erase(key, range); }

int64_t OrderedSequence::take_first(KeyRef key, const SubKeyRange& range, int64_t max,
                                    std::span<ColumnBuilder> values) {
  int64_t taken = 0;
  SubKeyRange gone = range;
  table_.scan(key, range, ScanDirection::kForward, [&](const SubKey& sequence, const std::byte* record) {
    if (taken == max) {
      gone.until = sequence;
      return false;
    }
    values_.append(record, table_.texts(), values);
    ++taken;
    return true;
  });
  if (taken > 0) table_.erase(key, gone);
  return taken;
}

bool OrderedSequence::erase_equal(KeyRef key, std::span<const ColumnPtr> values, int32_t row) {
  std::optional<SubKey> found;
  table_.scan(key, SubKeyRange::all(), ScanDirection::kForward, [&](const SubKey& sequence, const std::byte* record) {
    if (values_.equal(record, table_.texts(), values, row)) found = sequence;
    return !found.has_value();
  });
  return found && table_.erase(key, *found);
}

void OrderedSequence::append_all(KeyRef key, std::span<ColumnBuilder> values, std::vector<SubKey>* sequences) const {
  table_.scan(key, SubKeyRange::all(), ScanDirection::kForward, [&](const SubKey& sequence, const std::byte* record) {
    values_.append(record, table_.texts(), values);
    if (sequences != nullptr) sequences->push_back(sequence);
    return true;
  });
}

int64_t OrderedSequence::append_some(KeyRef key, const SubKeyRange& range, ScanDirection direction, int64_t max,
                                     std::span<ColumnBuilder> values, std::vector<SubKey>& sequences) const {
  int64_t appended = 0;
  table_.scan(key, range, direction, [&](const SubKey& sequence, const std::byte* record) {
    values_.append(record, table_.texts(), values);
    sequences.push_back(sequence);
    return ++appended < max;
  });
  return appended;
}

void OrderedSequence::append_end(KeyRef key, ScanDirection from, std::span<ColumnBuilder> values) const {
  table_.scan(key, SubKeyRange::all(), from, [&](const SubKey&, const std::byte* record) {
    values_.append(record, table_.texts(), values);
    return false;
  });
}

void OrderedSequence::copy_record(const OrderedTable& source, const std::byte* from, std::byte* to) {
  values_.copy(from, source.texts(), to, table_.texts());
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
