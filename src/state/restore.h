// state/restore.h - moves tables of a snapshot's part into the tables of a store. Rule: record by record and field by
// field by name, so that other key groups, other fields and another layout of records all come to the same.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "state/list_table.h"
#include "state/ordered_table.h"
#include "state/record_table.h"
#include "state/snapshot_part.h"
#include "state/timer_queue.h"

namespace tidemill {

// What to take, and from where.
struct RestoreScope {
  const SnapshotPart* part = nullptr;  // with its pages
  KeyGroupRange key_groups;            // of the store
  int32_t max_parallelism = 0;
  PageTable* pages = nullptr;  // of the store: released now and then
};

// Throws UserError, naming table and field, where a table cannot be restored from what was saved: another kind, key,
// sub-key or type of a field, a newer version. Otherwise notes added and removed fields. Lists of rows and ordered
// tables of rows with their copies (kCopiesField) are restored from each other.
void compare_formats(const TableFormat& saved, const TableFormat& declared, RestoreReport& report);

// Adds the saved records of the scope's key groups, with their companions; returns how many. Requires: compared.
int64_t restore_records(const RestoreScope& scope, const TableFormat& saved, const InstanceImage& image,
                        RecordTable& table);
int64_t restore_rows(const RestoreScope& scope, const TableFormat& saved, const InstanceImage& image,
                     OrderedTable& table);
int64_t restore_lists(const RestoreScope& scope, const TableFormat& saved, const InstanceImage& image,
                      ListTable& table);
int64_t restore_timers(const RestoreScope& scope, const TableImage& image, TimerQueue& timers);

}  // namespace tidemill
