// operators/aggregate_column.h - one aggregate over the records of a table: its accumulators, and the companion that
// DISTINCT or retraction needs. Rule: an accumulator is always what its function would give for the values that count
// now; a companion knows how often each value counts.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "operators/operator.h"
#include "operators/spec.h"
#include "state/record_table.h"

namespace tidemill {

struct AggregationOptions {
  bool input_retracts = false;
  // Records hold how many rows they stand for. Implied by input_retracts.
  bool counts_rows = false;
  // Single keys are cleared or merged (groups that empty, sessions): values of DISTINCT must be found by key. Otherwise
  // only whole tables are merged and dropped (slices).
  bool by_key = false;
};

// Rows of a batch in order, each to be added (1) or taken back (-1).
struct SignedRows {
  std::vector<int32_t> rows;
  std::vector<int8_t> signs;
  bool any_retracted = false;

  void clear();
  void add(int32_t row, int8_t sign);
};

class AggregateColumn {
 public:
  // Throws UserError where the function cannot do what the options need.
  AggregateColumn(const AggregateSpec& spec, const AggregationOptions& options);

  // Adds this aggregate's field and companion. Requires: the key types are set.
  void declare(TableDescriptor& descriptor);
  void open(const RecordLayout& layout, OperatorContext& context);

  const Type& result_type() const { return function_->result_type(); }

  // The methods are those of Aggregation (aggregation.h), for one aggregate.
  void begin(const Batch& batch, std::span<const ColumnPtr> key_columns);
  void update(const Batch& batch, RecordTable& table, const KeyBatch& keys, const Selection& rows,
              std::span<std::byte* const> records);
  void clear(RecordTable& table, KeyRef key, std::byte* record);
  void append_results(RecordTable& table, std::span<const std::byte* const> records, ColumnBuilder& out);

  // Merging of tables, in this order: companions, then records in chunks (into_records[i] has key keys[i] and takes
  // from_records[i]), then distinct values.
  void merge_companion(RecordTable& into, RecordTable& from);
  void merge_records(RecordTable& into, const KeyBatch& keys, std::span<std::byte* const> into_records,
                     RecordTable& from, std::span<const std::byte* const> from_records);
  void merge_distinct(RecordTable& into, RecordTable& from);
  // Adds what record `from` holds to record `into` of the same table. Requires: by_key.
  void merge_record(RecordTable& table, KeyRef into_key, std::byte* into, KeyRef from_key, const std::byte* from);

 private:
  enum class Store : uint8_t {
    kNone,
    kDistinctPairs,   // (key, value) ▸ count
    kDistinctValues,  // the same, listed by key
    kExtreme,         // (key, value) ▸ count, the first or last of which is the accumulator's content
    kSequence,        // (key, number of arrival) ▸ value, all of which the accumulator lists
  };

  static Store store_for(const AggregateSpec& spec, const AggregationOptions& options);
  // Fills signed_ with the selected rows that pass the filter and, where there is a companion, are not NULL.
  void select(const Batch& batch, const Selection& rows);
  // Counts the rows in the companion and keeps in signed_ those whose value came to be or ceased to be counted.
  void count(RecordTable& table, const KeyBatch& keys);
  // Appends the rows to the companion's sequences, or takes an equal value out of them.
  void list(RecordTable& table, const KeyBatch& keys);
  void apply(RecordTable& table, const ColumnPtr& argument, const SignedRows& rows,
             std::span<std::byte* const> records);
  void apply_run(RecordTable& table, const Column* argument, std::span<const int32_t> rows, int32_t num_rows,
                 bool retract, std::span<std::byte* const> records);
  // Sets the accumulators records[row] of keys[row] anew from the companion.
  void replay(RecordTable& table, const KeyBatch& keys, std::span<const int32_t> rows,
              std::span<std::byte* const> records);
  void replay_extreme(RecordTable& table, const KeyBatch& keys, std::span<const int32_t> rows,
                      std::span<std::byte* const> records);
  void replay_record(RecordTable& table, KeyRef key, std::byte* record);
  // Returns the values that count for a key, in the companion's order.
  ColumnPtr counted_values(RecordTable& table, KeyRef key) const;

  AggregateFunctionPtr function_;
  ExpressionPtr argument_expression_;
  std::optional<int32_t> filter_;
  std::string text_;
  Store store_;
  bool extreme_is_last_ = false;
  bool runs_in_order_ = false;
  int32_t companion_ = -1;  // place in the table descriptor
  int32_t field_ = 0;       // place in the table descriptor
  int32_t offset_ = 0;      // in a record
  OperatorContext* context_ = nullptr;

  // Of the batch at hand.
  ColumnPtr argument_;               // null: COUNT(*)
  std::vector<uint8_t> passes_;      // by row: the filter is TRUE; empty: no filter
  std::unique_ptr<KeyBatch> pairs_;  // kDistinctPairs: key and argument of each row

  // Scratch.
  SignedRows signed_;
  std::vector<int64_t> deltas_;
  std::vector<int8_t> transitions_;
  std::vector<int32_t> run_;
};

}  // namespace tidemill
