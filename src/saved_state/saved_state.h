// saved_state/saved_state.h - a checkpoint or savepoint that is looked into: its operators, their tables, the rows of
// these. Rule: only reads; takes no lock, deletes nothing, and holds a bounded number of pages in memory.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checkpoint/recovery_point.h"
#include "saved_state/small_tables.h"
#include "saved_state/state_table_reader.h"

namespace tidemill {

// One table of an operator.
struct StateTable {
  std::string operator_id;
  std::string name;       // unique in the operator
  StateTablePlace place;  // of keyed state; of a small table: no name
  std::vector<StateColumn> columns;

  bool is_small() const { return place.table.empty(); }
};

// Where pages of parts go that are read, and how many bytes of them stay in memory.
struct StateReading {
  int64_t memory_bytes = int64_t{64} << 20;
  std::string spill_directory = "/var/tmp";
};

struct StateTableBatch {
  std::vector<ColumnPtr> columns;  // those that were asked for
  int32_t num_rows = 0;
};

// The rows of one split of a table, in an order that is always the same.
class StateTableRows {
 public:
  virtual ~StateTableRows() = default;
  // Returns the next rows; nullopt: there are none left.
  virtual std::optional<StateTableBatch> next(int32_t max_rows) = 0;
  // Returns a hash of all that each of the rows holds that next() gave last, also of what no column shows; 0 in small
  // tables.
  virtual std::vector<uint64_t> contents() const = 0;
};

class SavedState {
 public:
  // Opens what `path` names, as find_recovery_point() does; state is verified when it is read. `files` is borrowed.
  // Blocks. Throws UserError.
  SavedState(FileSystem& files, const std::string& path);

  const RecoveryPoint& point() const { return point_; }
  const Manifest& manifest() const { return point_.manifest; }

  // Returns the operator of this id, or of this beginning of an id, up to its '(', where only one has it. Throws
  // UserError with the nearest one and the list.
  const ManifestOperator& find_operator(std::string_view wanted) const;
  // Returns the operator's tables: those of keyed state with their companions as they were declared, then small ones;
  // none where it keeps nothing. Blocks.
  std::vector<StateTable> tables(const ManifestOperator& op) const;
  // Returns the table of this name; an empty name: the one that holds what the operator is there for. Throws UserError
  // with the nearest name and the list.
  StateTable find_table(const ManifestOperator& op, std::string_view name) const;

  // Returns how many splits a table is read in: one a part of keyed state, one of a small table.
  int32_t splits(const StateTable& table) const;
  // Opens a split and verifies all of it. `columns` are some of the table's. Blocks. Throws UserError where it is
  // damaged or of a newer format.
  std::unique_ptr<StateTableRows> open(const StateTable& table, int32_t split, const std::vector<StateColumn>& columns,
                                       const PageTableOptions& pages) const;

 private:
  std::string place() const;  // for errors
  std::vector<const StatePart*> parts_of(std::string_view operator_id) const;
  std::vector<ColumnPtr> small_rows(const StateTable& table) const;

  FileSystem& files_;
  RecoveryPoint point_;
};

// Returns the options for pages of parts; their budget is their own.
PageTableOptions page_options(const StateReading& reading, FileSystem& files);

}  // namespace tidemill
