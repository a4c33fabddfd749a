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
  if (saved.kind != declared.kind || saved.sub_key_kind != declared.sub_key_kind)
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
    if (old == nullptr)
      note(report.fields_added, table + "." + field.name);
    else if (old->kind != field.kind || old->size != field.size || old->text_slots != field.text_slots)
      refuse(fmt::format("Field {} of state {} was saved with another type ({} bytes, now {})", field.name, table,
                         old->size, field.size));
  }
  for (const RecordField& field : saved.fields) {
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
  const std::vector<FieldCopy> copies = field_copies(saved, table.layout());
  KeyBatch keys(table.key_layout());
  PartitionHashes partitions(table.descriptor());
  int64_t added = 0;
  for_each_batch(scope, saved, image, keys, [&](const std::vector<const std::byte*>& entries) {
    const std::span<const uint64_t> hashes = partitions.of(keys);
    for (size_t i = 0; i < entries.size(); ++i) {
      if (!in_scope(scope, saved.name, hashes[i])) continue;
      const KeyRef key = keys[static_cast<int32_t>(i)];
      TreeRoot root;
      std::memcpy(&root, entries[i] + saved.tree_offset, sizeof(root));
      scan_tree(scope.part->pages(), saved.sub_key_kind, root, SubKeyRange::all(), ScanDirection::kForward,
                [&](const SubKey& sub_key, StateAddress address) {
                  bool created = false;
                  std::byte* const to = table.upsert(key, sub_key, created);
                  const std::byte* const from = scope.part->pages().page(page_of(address)) + offset_in_page(address);
                  if (created) copy_fields(scope.part->pages(), copies, from, table.texts(), to);
                  ++added;
                  return true;
                });
    }
  });
  return added;
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
