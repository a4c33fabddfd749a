// operators/frame_extreme.h - MIN or MAX over frames that rows enter and leave in one order. Rule: only values that are
// or may become the extreme are kept, beside the record of each partition (extreme_queue.h).
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "expr/aggregate_spec.h"
#include "operators/operator.h"
#include "operators/row_rounds.h"
#include "state/ordered_sequence.h"
#include "state/record_table.h"

namespace tidemill {

// Rows first_row … end_row - 1 of a batch, which come into the frame of their partition together; rows at positions
// before `start` have left it by then.
struct FrameStep {
  KeyRef key;
  std::byte* record = nullptr;
  int32_t first_row = 0, end_row = 0;
  int64_t position = 0;  // time by RANGE, number in the partition by ROWS
  int64_t start = 0;
};

class FrameExtreme {
 public:
  // Requires: suits(spec).
  explicit FrameExtreme(const AggregateSpec& spec);
  static bool suits(const AggregateSpec& spec);

  // Adds a companion to the table of partitions.
  void declare(TableDescriptor& descriptor);
  // Call once, with the declared table; both are borrowed.
  void open(RecordTable& table, OperatorContext& context);

  // Takes steps, of which `by_partition` are the records, and returns a result each. Requires: neither a position nor a
  // start is before one of the same partition.
  ColumnPtr take(const Batch& rows, std::span<const FrameStep> steps, const RowRounds& by_partition);
  // Forgets all values of a partition.
  void clear(KeyRef key) { stored_->erase(key); }

 private:
  template <class T>
  ColumnPtr take_values(const ColumnPtr& argument, std::span<const FrameStep> steps);
  // Sets counts_ to which rows are in question at all.
  void find_counting(const Batch& rows, const Column& argument);

  AggregateSpec spec_;
  bool least_;
  int32_t companion_ = -1;
  OrderedSequence* stored_ = nullptr;  // (partition, position) ▸ value
  OperatorContext* context_ = nullptr;
  std::vector<uint8_t> counts_;  // by row: 1 where it is not NULL and passes the filter
  std::vector<int32_t> first_;   // the first step of each partition
  std::vector<int32_t> next_;    // by step: the next of the same partition, -1: none
};

}  // namespace tidemill
