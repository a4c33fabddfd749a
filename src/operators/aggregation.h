// operators/aggregation.h - the aggregates of one operator over the records of its tables: what a record holds, and how
// rows, retractions and whole tables are added to it. Rule: the only place that joins aggregate functions (expr) with
// records and companions (state); operators bring keys and addresses.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "operators/aggregate_column.h"

namespace tidemill {

class Aggregation {
 public:
  Aggregation(const std::vector<AggregateSpec>& aggregates, const AggregationOptions& options);

  // Adds the fields and companions of all aggregates to the descriptor of a table.
  void declare(TableDescriptor& descriptor);
  // Takes the places of the fields. Call once, with the layout of the declared table.
  void open(const RecordLayout& layout, OperatorContext& context);

  // Evaluates arguments and filters of a batch; the calls of update() that follow are about its rows. `key_columns` are
  // those of the table's key. Both outlive these calls.
  void begin(const Batch& batch, std::span<const ColumnPtr> key_columns);
  // Adds or takes back each selected row, by its kind. keys[row] and records[row] are those of row `row`; what belongs
  // to other rows is not read. Rows are applied in order as far as the result depends on it.
  void update(RecordTable& table, const KeyBatch& keys, const Selection& rows, std::span<std::byte* const> records);

  // Adds all records of `from` to those of the same keys in `into`; `from` is the later one in time. Releases the
  // state: no address outlives it.
  void merge(RecordTable& into, RecordTable& from);
  // Adds record `from` to record `into` of the same table, and makes `from` empty. Requires: by_key.
  void merge_record(RecordTable& table, KeyRef into_key, std::byte* into, KeyRef from_key, std::byte* from);
  // Makes a record empty. Requires: by_key, or no DISTINCT.
  void clear(RecordTable& table, KeyRef key, std::byte* record);

  // Appends the result of each record, one builder an aggregate.
  void append_results(RecordTable& table, std::span<const std::byte* const> records, std::span<ColumnBuilder> out);
  std::vector<ColumnBuilder> make_result_builders() const;

  bool counts_rows() const { return counts_rows_; }
  // Returns how many rows a record stands for, negative where retractions came first. Requires: counts_rows().
  int64_t num_rows(const std::byte* record) const;
  // Keeps those records that stand for any rows. Requires: counts_rows().
  void drop_empty(std::vector<const std::byte*>& records) const;

 private:
  int64_t& row_count(std::byte* record) const { return *reinterpret_cast<int64_t*>(record + rows_offset_); }
  void count_rows(const Selection& rows, std::span<std::byte* const> records);

  std::vector<std::unique_ptr<AggregateColumn>> columns_;
  bool counts_rows_;
  int32_t rows_offset_ = 0;
  const Batch* batch_ = nullptr;
  OperatorContext* context_ = nullptr;
  std::vector<std::byte*> merged_;  // scratch of merge()
  std::vector<uint8_t> created_;
};

}  // namespace tidemill
