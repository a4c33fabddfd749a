#include "state/restore.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <unordered_set>

#include "base/error.h"
#include "state/distinct_counts.h"
#include "state/ordered_sequence.h"
#include "state/ordered_values.h"
#include "state/partition_hashes.h"
#include "state/record_key.h"
#include "state/time_to_live.h"

namespace tidemill {
namespace {

constexpr size_t kRowsAtOnce = 1024;

[[noreturn]] void refuse(const std::string& what) {
  throw UserError(what, "Start without this state, or keep the query as it was when the state was saved.");
}

std::string types_text(const std::vector<Type>& types) {
  std::string text;
  for (const Type& type : types) text += (text.empty() ? "" : ", ") + type.with_nullable(true).to_string();
  return "(" + text + ")";
}

void compare_types(const std::string& what, const std::vector<Type>& saved, const std::vector<Type>& declared) {
  const bool same = std::equal(saved.begin(), saved.end(), declared.begin(), declared.end(),
                               [](const Type& a, const Type& b) { return a.same_except_nullable(b); });
  if (!same) refuse(fmt::format("{} is {} now, but was saved as {}", what, types_text(declared), types_text(saved)));
}

const RecordField* field_of(const TableFormat& format, const std::string& name) {
  const auto place = std::find_if(format.fields.begin(), format.fields.end(),
                                  [&](const RecordField& field) { return field.name == name; });
  return place == format.fields.end() ? nullptr : &*place;
}

const TableFormat* companion_of(const TableFormat& format, const std::string& name) {
  const auto place = std::find_if(format.companions.begin(), format.companions.end(),
                                  [&](const TableFormat& companion) { return companion.name == name; });
  return place == format.companions.end() ? nullptr : &*place;
}

void note(std::vector<std::string>& list, std::string text) {
  if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(std::move(text));
}

// One field that is both in what was saved and in what is declared.
struct FieldCopy {
  uint32_t from;
  uint32_t to;
  uint32_t size;
  std::vector<uint32_t> texts;  // offsets of StoredTexts in the field
};

std::vector<FieldCopy> field_copies(const TableFormat& saved, const RecordLayout& layout) {
  std::vector<FieldCopy> copies;
  for (size_t i = 0; i < saved.fields.size(); ++i) {
    for (size_t j = 0; j < layout.fields().size(); ++j) {
      const RecordField& field = layout.fields()[j];
      if (field.name != saved.fields[i].name) continue;
      copies.push_back({saved.offsets[i], layout.offset(static_cast<int32_t>(j)), field.size, text_slots_of(field)});
    }
  }
  return copies;
}

void copy_fields(const PageSource& from_pages, const std::vector<FieldCopy>& copies, const std::byte* from,
                 TextHeap& heap, std::byte* to) {
  std::string scratch;
  for (const FieldCopy& copy : copies) {
    std::memcpy(to + copy.to, from + copy.from, copy.size);
    for (const uint32_t text : copy.texts) {
      const StoredText stored = load_stored_text(from + copy.from + text);
      put_stored_text(to + copy.to + text, heap.store(TextHeap::load(from_pages, stored, scratch)));
    }
  }
}

// Whether a key of this hash is the store's. Throws where it should not even be in this part.
bool in_scope(const RestoreScope& scope, const std::string& table, uint64_t hash) {
  const int32_t key_group = key_group_of(hash, scope.max_parallelism);
  if (!scope.part->info().key_groups.contains(key_group))
    throw UserError(fmt::format("State is damaged: table {} has a key of key group {}, which part {} does not hold",
                                table, key_group, scope.part->name()),
                    "Restore from an older checkpoint.");
  return scope.key_groups.contains(key_group);
}

// Whether both are rows of keys, once as lists and once as sub-keys with their copies.
bool are_same_rows(const TableFormat& a, const TableFormat& b) {
  const auto is_copied = [](const TableFormat& format) {
    return format.kind == TableKind::kOrdered && format.sub_key_kind == SubKeyKind::kBytes &&
           field_of(format, std::string(kCopiesField)) != nullptr;
  };
  return (a.kind == TableKind::kLists && is_copied(b)) || (b.kind == TableKind::kLists && is_copied(a));
}

// Calls `take(key's row, its record, copies)` for the rows of one key, saved as a list or as sub-keys, in their order.
template <class Take>
void for_each_row(const PageSource& pages, const TableFormat& saved, uint32_t record_bytes, const std::byte* entry,
                  Take take) {
  if (saved.kind == TableKind::kLists) {
    ListRoot root;
    std::memcpy(&root, entry + saved.tree_offset, sizeof(root));
    std::string scratch;
    for (ListReader rows(pages, record_bytes, root); !rows.at_end();) {
      const std::string_view row = rows.next(scratch);
      take(SubKey::of_bytes(row), rows.record(), int64_t{1});
    }
    return;
  }
  const auto copies_field = std::ranges::find(saved.fields, kCopiesField, &RecordField::name);
  TreeRoot root;
  std::memcpy(&root, entry + saved.tree_offset, sizeof(root));
  scan_tree(pages, saved.sub_key_kind, root, SubKeyRange::all(), ScanDirection::kForward,
            [&](const SubKey& sub_key, StateAddress address) {
              const std::byte* const record = pages.page(page_of(address)) + offset_in_page(address);
              int64_t copies = 1;
              if (copies_field != saved.fields.end())
                std::memcpy(&copies, record + saved.offsets[static_cast<size_t>(copies_field - saved.fields.begin())],
                            std::min<size_t>(sizeof(copies), copies_field->size));
              take(sub_key, record, copies);
              return true;
            });
}

// Calls `take(records)` for the saved records, some whole pages of them at a time, with their keys in `keys`; releases
// the pages of both sides after each call.
void for_each_batch(const RestoreScope& scope, const TableFormat& saved, const InstanceImage& image, KeyBatch& keys,
                    const std::function<void(const std::vector<const std::byte*>& records)>& take) {
  std::vector<const std::byte*> records;
  const auto flush = [&] {
    if (records.empty()) return;
    keys.clear();
    append_record_keys(scope.part->pages(), keys.layout(), records, keys);
    take(records);
    records.clear();
    scope.pages->release();
    scope.part->release_pages();
  };
  for (PageId id = image.log.first; id != 0;) {
    id = scan_record_page(scope.part->pages(), saved.shape, id,
                          [&](StateAddress, const std::byte* record) { records.push_back(record); });
    if (records.size() >= kRowsAtOnce) flush();
  }
  flush();
}

// Calls `take(key, entry)` for the keys of the scope in a directory of rows.
template <class Take>
void for_each_list(const RestoreScope& scope, const TableFormat& saved, const InstanceImage& image,
                   const KeyLayoutPtr& key_layout, const TableDescriptor& descriptor, Take take) {
  KeyBatch keys(key_layout);
  PartitionHashes partitions(descriptor);
  for_each_batch(scope, saved, image, keys, [&](const std::vector<const std::byte*>& entries) {
    const std::span<const uint64_t> hashes = partitions.of(keys);
    for (size_t i = 0; i < entries.size(); ++i)
      if (in_scope(scope, saved.name, hashes[i])) take(keys[static_cast<int32_t>(i)], entries[i]);
  });
}

int64_t add_records(const RestoreScope& scope, const TableFormat& saved, const InstanceImage& image,
                    RecordTable& table) {
  const std::vector<FieldCopy> copies = field_copies(saved, table.layout());
  KeyBatch keys(table.key_layout());
  PartitionHashes partitions(table.descriptor());
  std::vector<int32_t> rows;
  std::vector<std::byte*> to;
  std::vector<uint8_t> created;
  int64_t added = 0;
  for_each_batch(scope, saved, image, keys, [&](const std::vector<const std::byte*>& records) {
    const std::span<const uint64_t> hashes = partitions.of(keys);
    rows.clear();
    for (size_t i = 0; i < records.size(); ++i) {
      if (in_scope(scope, saved.name, hashes[i])) rows.push_back(static_cast<int32_t>(i));
    }
    to.resize(rows.size());
    created.resize(rows.size());
    table.upsert(keys, rows, to, created);
    for (size_t i = 0; i < rows.size(); ++i) {
      if (created[i] == 0)
        throw UserError(
            fmt::format("State is damaged: table {} has a key twice, in part {}", saved.name, scope.part->name()),
            "Restore from an older checkpoint.");
      copy_fields(scope.part->pages(), copies, records[static_cast<size_t>(rows[i])], table.texts(), to[i]);
    }
    added += static_cast<int64_t>(rows.size());
  });
  return added;
}

void restore_companion(const RestoreScope& scope, const TableFormat& saved, const InstanceImage& image,
                       const CompanionSet& companions, int32_t index) {
  switch (saved.kind) {
    case TableKind::kDistinctCounts:
      add_records(scope, saved, image, companions.distinct_counts(index).table());
      return;
    case TableKind::kOrderedValues:
      restore_rows(scope, saved, image, companions.ordered_values(index).table());
      return;
    case TableKind::kOrderedSequence:
      restore_rows(scope, saved, image, companions.ordered_sequence(index).table());
      return;
    default:
      refuse(fmt::format("Table {} is no companion", saved.name));
  }
}

}  // namespace

void compare_formats(const TableFormat& saved, const TableFormat& declared, RestoreReport& report) {
  const std::string& table = declared.name;
  const bool same_rows = are_same_rows(saved, declared);
  if (!same_rows && (saved.kind != declared.kind || saved.sub_key_kind != declared.sub_key_kind))
    refuse(fmt::format("State {} is {} now, but was saved as {}{}", table, table_kind_name(declared.kind),
                       table_kind_name(saved.kind), saved.kind == declared.kind ? " with other sub-keys" : ""));
  if (saved.version > declared.version)
    refuse(
        fmt::format("State {} was saved in version {}, this program knows {}", table, saved.version, declared.version));
  compare_types(fmt::format("The key of state {}", table), saved.key_types, declared.key_types);
  compare_types(fmt::format("The value of state {}", table), saved.value_types, declared.value_types);
  if (saved.partition_columns != declared.partition_columns)
    refuse(fmt::format("State {} is partitioned by other key columns than when it was saved", table));
  for (const RecordField& field : declared.fields) {
    const RecordField* const old = field_of(saved, field.name);
    if (same_rows && field.name == kCopiesField) continue;
    if (old == nullptr)
      note(report.fields_added, table + "." + field.name);
    else if (old->kind != field.kind || old->size != field.size || old->text_slots != field.text_slots)
      refuse(fmt::format("Field {} of state {} was saved with another type ({} bytes, now {})", field.name, table,
                         old->size, field.size));
  }
  for (const RecordField& field : saved.fields) {
    if (same_rows && field.name == kCopiesField) continue;
    if (field_of(declared, field.name) == nullptr) note(report.fields_removed, table + "." + field.name);
  }
  for (const TableFormat& companion : declared.companions) {
    const TableFormat* const old = companion_of(saved, companion.name);
    if (old == nullptr)
      note(report.fields_added, table + "." + companion.name);
    else
      compare_formats(*old, companion, report);
  }
  for (const TableFormat& companion : saved.companions) {
    if (companion_of(declared, companion.name) == nullptr) note(report.fields_removed, table + "." + companion.name);
  }
}

int64_t restore_records(const RestoreScope& scope, const TableFormat& saved, const InstanceImage& image,
                        RecordTable& table) {
  const int64_t added = add_records(scope, saved, image, table);
  const std::vector<CompanionDescriptor>& companions = table.descriptor().companions;
  for (size_t i = 0; i < companions.size(); ++i) {
    for (size_t j = 0; j < saved.companions.size(); ++j) {
      if (saved.companions[j].name != companions[i].name) continue;
      restore_companion(scope, saved.companions[j], image.companions[j], table.companions(), static_cast<int32_t>(i));
    }
  }
  return added;
}

int64_t restore_rows(const RestoreScope& scope, const TableFormat& saved, const InstanceImage& image,
                     OrderedTable& table) {
  const PageSource& pages = scope.part->pages();
  const std::vector<FieldCopy> copies = field_copies(saved, table.layout());
  const uint32_t record_bytes = row_record_bytes(saved);
  const bool was_list = saved.kind == TableKind::kLists;
  const uint32_t copies_offset = was_list ? table.layout().offset(kCopiesField) : 0;
  int64_t added = 0;
  for_each_list(scope, saved, image, table.key_layout(), table.descriptor(), [&](KeyRef key, const std::byte* entry) {
    for_each_row(pages, saved, record_bytes, entry, [&](const SubKey& sub_key, const std::byte* from, int64_t) {
      bool created = false;
      std::byte* const to = table.upsert(key, sub_key, created);
      if (created) copy_fields(pages, copies, from, table.texts(), to);
      if (was_list) ++*reinterpret_cast<int64_t*>(to + copies_offset);
      added += created || !was_list ? 1 : 0;
    });
  });
  return added;
}

int64_t restore_lists(const RestoreScope& scope, const TableFormat& saved, const InstanceImage& image,
                      ListTable& table) {
  const std::vector<FieldCopy> fields = field_copies(saved, table.layout());
  const uint32_t record_bytes = row_record_bytes(saved);
  const int64_t before = table.size();
  for_each_list(scope, saved, image, table.key_layout(), table.descriptor(), [&](KeyRef key, const std::byte* entry) {
    for_each_row(scope.part->pages(), saved, record_bytes, entry,
                 [&](const SubKey& row, const std::byte* from, int64_t copies) {
                   for (; copies > 0; --copies) {
                     std::byte* const to = table.append(key, row.bytes);
                     for (const FieldCopy& field : fields) std::memcpy(to + field.to, from + field.from, field.size);
                   }
                 });
  });
  return table.size() - before;
}

int64_t restore_timers(const RestoreScope& scope, const TableImage& image, TimerQueue& timers) {
  KeyBatch one(timers.key_layout());
  TableDescriptor by_partition;
  by_partition.name = timers.descriptor().name;
  by_partition.key_types = timers.descriptor().key_types;
  by_partition.partition_columns = timers.descriptor().partition_columns;
  PartitionHashes partitions(by_partition);
  int64_t added = 0;
  scan_timers(scope.part->pages(), image.timers, [&](EpochMillis time, KeyView key) {
    one.clear();
    one.append(key);
    if (!in_scope(scope, image.format->name, partitions.of(one)[0])) return true;
    timers.add(one[0], time);
    ++added;
    return true;
  });
  return added;
}

}  // namespace tidemill
