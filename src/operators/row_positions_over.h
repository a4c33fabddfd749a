// operators/row_positions_over.h - results of OVER that follow from where a row stands in its partition: ROW_NUMBER,
// RANK and their kin, LAG and LEAD. Rule: rows come in their order, and what is looked at besides is read by cursors of
// its own.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "expr/aggregate_spec.h"
#include "expr/row_position.h"
#include "operators/partition_cursor.h"

namespace tidemill {

class RowPositionsOver {
 public:
  // Those of the calls that are no aggregates. `rows` outlives this.
  RowPositionsOver(const std::vector<AggregateSpec>& calls, const PartitionRows& rows);

  bool empty() const { return calls_.empty(); }
  // True where some call looks at rows behind the row at hand, or at how many there are.
  bool looks_ahead() const;
  // How many rows in front of the row at hand (`ahead`: behind it) are looked at; nullopt: it hangs on all of them.
  std::optional<int64_t> reach(bool ahead) const;

  // Rows with equal values of ORDER BY.
  struct Peers {
    int64_t number = 0;  // of different values up to these; 0: there are none
    int64_t rank = 0;    // number of the first of these rows
    std::string values;
  };
  // Begins with the row at `place`, whose number is `index`, from 0; `before` are the peers of the row in front of it.
  // `key` must stay until the last row was taken.
  void begin(KeyRef key, std::string_view place, int64_t index, Peers before);
  // As PartitionCursor::expect_rows(); after begin().
  void expect_rows(int64_t rows);
  // Takes the next row and adds its results.
  void take(const PartitionCursor& row);
  // How many different values of ORDER BY there are up to the last row that was taken.
  int64_t groups() const { return peers_.number; }
  // Returns the results of the rows taken since the last call, a column a call.
  std::vector<ColumnPtr> finish();

 private:
  struct Call {
    const PositionFunction* position = nullptr;  // null: LAG
    int64_t offset = 0;                          // LAG
    ColumnPtr otherwise;                         // LAG: one row
    std::optional<PartitionCursor> other;        // LAG: the row that is looked at
  };
  void begin_lag(Call& call, std::string_view place, int64_t index);
  void append_position(const PositionFunction& function, int64_t index, ColumnBuilder& out) const;
  static void append_lag(Call& call, int64_t index, ColumnBuilder& out);

  const PartitionRows* rows_;
  std::vector<Call> calls_;
  std::vector<ColumnBuilder> results_;
  std::optional<PartitionCursor> behind_peers_;  // CUME_DIST: of the row at hand

  KeyRef key_;
  int64_t size_ = 0;  // rows of the partition
  Peers peers_;       // of the last row taken
  int64_t peers_end_ = 0;
};

}  // namespace tidemill
