// operators/lagged_values.h - the results of LAG. Rule: a partition keeps as many rows as the farthest one that is
// asked for, and the last.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "expr/aggregate_spec.h"
#include "state/record_table.h"

namespace tidemill {

class LaggedValues {
 public:
  // The calls of LAG, whose arguments are columns of the input.
  explicit LaggedValues(const std::vector<AggregateSpec>& calls);

  bool empty() const { return calls_.empty(); }
  // Adds a companion to the table of partitions. Requires: not empty().
  void declare(TableDescriptor& descriptor);
  // Call once, with the declared table, which is borrowed.
  void open(RecordTable& table);

  // Reads the batch, which must outlive this use.
  void begin(const Batch& batch);
  // Takes row `row` of the batch as the last of its partition. `arrival` grows from row to row.
  void add(KeyRef key, int32_t row, int64_t arrival);
  // Appends the results of the partition's last row, one builder a call.
  void append_results(KeyRef key, std::span<ColumnBuilder> out) const;
  void clear(KeyRef key);

 private:
  struct Call {
    int32_t column = 0;  // of the input
    int64_t offset = 1;
    ColumnPtr otherwise;  // one row
    Type type;
  };
  std::vector<Call> calls_;
  int64_t rows_kept_ = 0;
  int32_t companion_ = -1;
  OrderedSequence* kept_ = nullptr;
  std::vector<ColumnPtr> columns_;  // of the batch at hand, one a call
  std::vector<ColumnBuilder> gone_;
};

}  // namespace tidemill
