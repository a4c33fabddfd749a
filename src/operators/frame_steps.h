// operators/frame_steps.h - what aggregates give as rows come into a frame and leave it. Rule: the steps of one
// partition are taken in order, those of different ones together; a frame that has become empty begins anew, so that no
// rest of floating-point arithmetic is left in it.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "operators/aggregation.h"
#include "operators/row_rounds.h"

namespace tidemill {

// Changes wait and are applied some thousand at once; results come in the order in which they were asked for. Columns
// of rows are those that the aggregates read.
class FrameSteps {
 public:
  // `schema`: of the rows that the aggregates are over. `rows_leave`: whether leave() is called at all; what cannot be
  // taken back is refused then.
  FrameSteps(const std::vector<AggregateSpec>& aggregates, const Schema& schema, bool rows_leave);

  // The columns of a row that the aggregates read, ascending, and their types.
  const std::vector<int32_t>& columns() const { return columns_; }
  std::vector<Type> column_types() const;

  // Adds the fields and companions to the descriptor of the table of partitions.
  void declare(TableDescriptor& descriptor) { aggregation_.declare(descriptor); }
  // Call once, with the declared table; both are borrowed.
  void open(RecordTable& table, OperatorContext& context);

  // Begins with the next change of a partition's frame. `key` and `record` are those of the partition, and must stay
  // until run().
  void begin(KeyRef key, std::byte* record);
  // Everything that was in the frame has left: what left within this step is dropped.
  void begin_anew();
  // A row comes into the frame.
  void come(std::span<const ColumnPtr> columns, int32_t row);
  // Rows leave the frame: whose columns are appended to leaving(), `rows` of them.
  std::span<ColumnBuilder> leaving() { return changed_; }
  void leave(int64_t rows);
  // Asks for the results of the frame as this step leaves it; returns their number, from 0 on.
  int32_t ask();

  // True where run() should be called before more changes come.
  bool full() const { return kinds_.size() >= kChangesAtOnce; }
  // Applies the steps that wait. Addresses of records may be released afterwards.
  void run();
  // Runs, and returns the results: result_of[i] says which of those that were asked for is row i's. The next ones
  // are counted from 0 on again.
  std::vector<ColumnPtr> finish(std::span<const int32_t> result_of);

  // Makes the record of a partition empty. Requires: no step waits.
  void clear(KeyRef key, std::byte* record) { aggregation_.clear(*table_, key, record); }

  static constexpr size_t kChangesAtOnce = 4096;  // changes that wait, about: what is scratch stays a few batches

 private:
  struct Step {
    KeyRef key;
    std::byte* record = nullptr;
    int32_t first_change = 0, end_change = 0;
    int32_t result = -1;  // which of those that were asked for; -1: none
    bool anew = false;
  };

  void add_change(RowKind kind);
  void run_round(int32_t round);

  std::vector<int32_t> columns_;
  SchemaPtr schema_;         // of these
  Aggregation aggregation_;  // over these
  RecordTable* table_ = nullptr;

  // Changes that wait, a row each: -D of a row that leaves, +I of one that comes.
  std::vector<ColumnBuilder> changed_;
  std::vector<RowKind> kinds_;
  std::optional<KeyBatch> changed_keys_;
  std::vector<std::byte*> changed_records_;
  std::vector<Step> steps_;
  RowRounds rounds_;
  std::vector<ColumnBuilder> results_;
  int32_t num_results_ = 0;
  std::vector<int32_t> order_;  // which of results_ is that of each result that was asked for
};

}  // namespace tidemill
