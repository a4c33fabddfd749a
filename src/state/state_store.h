// state/state_store.h - owns the tables of one operator's subtask; the only place that saves, restores and spills
// them. Rule: everything here runs on the task thread; only a PendingSnapshot and a ReadView may be read on
// others.
//
// Life of a store: declare tables in Operator::open(), restore() once where there is a snapshot, then batch by batch
// use the tables and release(); freeze() and read_view() between batches.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "state/distinct_counts.h"
#include "state/key_groups.h"
#include "state/operator_scalars.h"
#include "state/ordered_sequence.h"
#include "state/ordered_table.h"
#include "state/ordered_values.h"
#include "state/read_view.h"
#include "state/record_table.h"
#include "state/slice_tables.h"
#include "state/snapshot.h"
#include "state/split_state.h"
#include "state/timer_queue.h"

namespace tidemill {

class FrozenState;
class ListTable;
struct TableFormat;
class SnapshotPart;

struct StateStoreOptions {
  int32_t max_parallelism = kMaxParallelismDefault;
  KeyGroupRange key_groups = {0, kMaxParallelismDefault - 1};  // of this subtask
  PageTableOptions pages;
};

// Which splits of a snapshot belong to this subtask.
using OwnsSplit = std::function<bool(std::string_view split)>;

class StateStore {
 public:
  explicit StateStore(const StateStoreOptions& options = {});
  StateStore(const StateStore&) = delete;
  StateStore& operator=(const StateStore&) = delete;
  ~StateStore();

  const StateStoreOptions& options() const { return options_; }

  // Declare a table; the store owns it. A name declared twice, also across the kinds, fails a CHECK.
  RecordTable& record_table(const TableDescriptor& descriptor);
  SliceTables& slice_tables(const TableDescriptor& descriptor);
  OrderedTable& ordered_table(const TableDescriptor& descriptor, SubKeyKind kind);
  ListTable& list_table(const TableDescriptor& descriptor);
  TimerQueue& timers(const TimerDescriptor& descriptor);
  SplitState& split_state(std::string_view name);
  // Returns the formats of the declared tables, in the order of declaration. They live as long as the store.
  std::vector<const TableFormat*> formats() const;
  // Returns the declared timer queues, in the order of declaration: for metrics, and for tests that lose a timer.
  std::vector<TimerQueue*> timer_queues();
  // Numbers of the subtask, names chosen freely.
  OperatorScalars& scalars() { return scalars_; }

  // Ends the batch: every address that any table gave out is dead. Also does a bounded amount of housekeeping, and
  // spills where the budget is exceeded. Throws TransientError where it cannot spill.
  void release();

  // Returns the state as it is now, to be written whole on another thread. Copies no page. Requires: released.
  std::unique_ptr<PendingSnapshot> freeze(int64_t checkpoint);
  // The same for one of a row of checkpoints, of which `decided` (0: none) is the newest that a restart would go on
  // from: what changed since then may be written in place of everything, where this store was frozen for it. What was
  // frozen for later ones is worthless. Requires: decided < checkpoint.
  std::unique_ptr<PendingSnapshot> freeze_changes(int64_t checkpoint, int64_t decided);
  // Returns the state as it is now, to be read on another thread. Requires: released.
  std::unique_ptr<ReadView> read_view();

  // Replaces the content of all declared tables by what the parts hold of this store's key groups and splits. `parts`
  // are the parts of all subtasks of the operator in one checkpoint (those of other key groups give their scalars), at
  // any parallelism. Tables of the snapshot that are not declared are left out and reported. Throws UserError for
  // damaged bytes (part, offset), for another max_parallelism, a key or field of another type, a newer version (table,
  // field): the store is then empty.
  RestoreReport restore(std::span<const SnapshotReader* const> parts, const OwnsSplit& owns_split);

  // Exact: pages in memory (frozen copies included), slot indexes, splits and scalars.
  size_t memory_bytes() const;
  size_t page_bytes() const { return pages_.memory_bytes(); }
  PageTable& pages() { return pages_; }

 private:
  struct Table;

  Table& declare(std::string_view name);
  std::unique_ptr<FrozenState> freeze_state();
  void restore_part(SnapshotPart& part, const OwnsSplit& owns_split, RestoreReport& report);
  void clear();
  size_t bytes_outside_pages() const;
  void charge_bytes_outside_pages();

  // What changed between two checkpoints, of which the second may not be decided yet.
  struct Changes {
    int64_t checkpoint = 0;  // the second, 0: there is none
    std::shared_ptr<const std::vector<ChangedBlocks>> blocks;
  };

  StateStoreOptions options_;
  PageTable pages_;
  int64_t base_ = 0;    // the newest decided checkpoint that frozen_ and the marks of pages_ are counted from
  Changes frozen_;      // of the newest freeze_changes()
  size_t charged_ = 0;  // of bytes_outside_pages(), to the budget
  uint32_t releases_ = 0;
  std::vector<std::unique_ptr<Table>> tables_;  // in the order of declaration
  OperatorScalars scalars_;
};

}  // namespace tidemill
