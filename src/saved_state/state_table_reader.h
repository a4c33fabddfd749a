// saved_state/state_table_reader.h - the rows of one table of one part, as columns. Rule: a part is verified as a
// restore verifies it, before the first row is given.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "saved_state/session_bounds.h"
#include "saved_state/state_columns.h"
#include "state/partition_hashes.h"

namespace tidemill {

class StateTableReader {
 public:
  struct Options {
    StateTablePlace place;
    std::vector<StateColumn> columns;  // that are wanted, of state_columns()
    DurationMillis slice_ms = 0;       // StateNames
    SavedSubKeys sub_keys = {};        // likewise, of this table
    int32_t subtask = 0;
    PageTableOptions pages;  // where the part's pages go, and how many of them stay in memory
  };

  // Reads and verifies all pages of the part. Blocks; any thread. Throws UserError where it is damaged.
  StateTableReader(std::unique_ptr<SnapshotReader> part, Options options);

  // Returns the next rows, at most `max_rows`; nullopt: there are none left. One thread at a time.
  std::optional<std::vector<ColumnPtr>> next(int32_t max_rows);

  // Of the rows that the last next() gave: how many, and a hash of all that each one's record holds, also of what no
  // column shows.
  int32_t num_rows() const { return rows_->size(); }
  std::vector<uint64_t> contents() const;

 private:
  ColumnPtr make_column(const StateColumn& column);
  ColumnPtr key_column(int32_t index);
  ColumnPtr key_group_column(const StateColumn& column);
  ColumnPtr window_column(const StateColumn& column) const;
  ColumnPtr session_column(const StateColumn& column);
  ColumnPtr order_column(const StateColumn& column) const;
  ColumnPtr row_column(const StateColumn& column);
  ColumnPtr field_column(const StateColumn& column) const;
  ColumnPtr value_column(const StateColumn& column) const;
  ColumnPtr aggregate_column(const StateColumn& column) const;
  uint32_t offset_of(std::string_view field) const;

  Options options_;
  std::unique_ptr<SnapshotReader> file_;
  SnapshotPart part_;
  PartTable table_;  // null: the part has none of this name
  std::unique_ptr<PartRowReader> reader_;
  std::optional<PartRows> rows_;
  std::optional<PartitionHashes> partitions_;
  std::unique_ptr<SessionBounds> session_bounds_;

  // Of the rows at hand, made when they are asked for.
  std::vector<ColumnPtr> keys_;
  std::vector<const SessionBounds::Bounds*> bounds_;
  std::vector<ColumnPtr> row_values_;
};

}  // namespace tidemill
