// operators/sorted_runs.h - more rows than memory should hold, in order. Rule: runs are sorted in memory, kept in
// state, which spills, and merged (Knuth, The Art of Computer Programming 3, 5.4); rows that compare equal stay in the
// order of add().
#pragma once
#include <cstdint>
#include <optional>
#include <queue>
#include <string>
#include <vector>

#include "data/column.h"
#include "data/sort_key.h"
#include "state/state_store.h"
#include "state/value_fields.h"

namespace tidemill {

// Rows as columns, and how often each comes.
struct CountedRows {
  std::vector<ColumnPtr> columns;
  std::vector<int64_t> counts;
};

// How rows compare: columns are of the kept types (kept_columns.h), keys of the types that they stand for.
class RowSorting {
 public:
  RowSorting(std::vector<SortKey> keys, std::vector<Type> types) : keys_(std::move(keys)), types_(std::move(types)) {}
  // Returns texts that compare, byte by byte, as the rows do.
  std::vector<std::string> sort_keys(const std::vector<ColumnPtr>& kept_columns, size_t num_rows) const;

 private:
  std::vector<SortKey> keys_;
  std::vector<Type> types_;
};

class SortedRuns {
 public:
  // `kept_types`: of the columns.
  SortedRuns(std::vector<Type> kept_types, RowSorting order);
  // Registers the table. Called once.
  void open(StateStore& state);

  // Stores rows as the next run, in the order `sorted`.
  void add(const CountedRows& rows, std::span<const int32_t> sorted);
  // Returns the next rows over all runs, up to a batch; none: there are no more, and the runs are gone. Requires: no
  // add() after the first call.
  CountedRows next();

 private:
  // Where a run is read.
  struct Cursor {
    int64_t next_row = 0;  // to be read from state
    CountedRows rows;
    std::vector<std::string> sort_keys;
    size_t at = 0;
  };
  struct Head {
    const std::string* sort_key;
    size_t run;
  };
  struct ComesLater {
    bool operator()(const Head& a, const Head& b) const {
      const int order = a.sort_key->compare(*b.sort_key);
      return order != 0 ? order > 0 : a.run > b.run;
    }
  };

  // Reads on, and offers the run's first row to the merge; nothing where the run has ended.
  void refill(size_t run);
  void choose_run(size_t run);

  std::vector<Type> kept_types_;
  RowSorting order_;
  ValueFields values_;  // the columns, and the count
  StateStore* state_ = nullptr;
  OrderedTable* table_ = nullptr;  // run ▸ place within it ▸ row; owned by the state store
  std::optional<KeyBatch> run_key_;
  std::vector<Cursor> cursors_;  // one a run
  std::priority_queue<Head, std::vector<Head>, ComesLater> heads_;
  bool merging_ = false;
};

}  // namespace tidemill
