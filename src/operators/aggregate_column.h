// operators/aggregate_column.h - one aggregate over the records of a table: what it keeps in a record, and beside it in
// a companion. Rule: what is kept depends on the rows that count now and on their order, on nothing else.
//
// Three kinds: arrival_aggregate.h takes rows as they come, also back; positioned_aggregate.h keeps the first or last
// value with its place in time; listed_aggregate.h keeps all values by their places.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "operators/operator.h"
#include "operators/signed_rows.h"
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
  // Results are asked for after every row: what is costly to compute is kept.
  bool results_each_row = false;
};

class AggregateColumn {
 public:
  virtual ~AggregateColumn() = default;

  const Type& result_type() const { return function_->result_type(); }

  // Takes part in what an aggregate before it keeps, where both would keep the same. Returns whether it does. Requires:
  // `earlier` is declared, this is not.
  virtual bool share_with(AggregateColumn& earlier) {
    (void)earlier;
    return false;
  }
  // Adds this aggregate's fields and companion. Requires: the key types are set.
  virtual void declare(TableDescriptor& descriptor) = 0;
  virtual void open(const RecordLayout& layout, OperatorContext& context) = 0;

  // The methods are those of Aggregation (aggregation.h), for one aggregate.
  virtual void begin(const Batch& batch, std::span<const ColumnPtr> key_columns);
  // Of all aggregates before update() of any: which of the rows it counts, for those that share with it.
  virtual void select_shared(const Batch& batch, const Selection& rows) { (void)batch, (void)rows; }
  virtual void update(const Batch& batch, RecordTable& table, const KeyBatch& keys, const Selection& rows,
                      std::span<std::byte* const> records) = 0;
  virtual void clear(RecordTable& table, KeyRef key, std::byte* record) = 0;
  virtual void append_results(RecordTable& table, std::span<const std::byte* const> records, ColumnBuilder& out) = 0;

  // Merging of tables, in this order: companions, then records in chunks (into_records[i] has key keys[i] and takes
  // from_records[i]), then distinct values.
  virtual void merge_companion(RecordTable& into, RecordTable& from) = 0;
  virtual void merge_records(RecordTable& into, const KeyBatch& keys, std::span<std::byte* const> into_records,
                             RecordTable& from, std::span<const std::byte* const> from_records) = 0;
  virtual void merge_distinct(RecordTable& into, RecordTable& from) = 0;
  // Adds what record `from` holds to record `into` of the same table. Requires: by_key.
  virtual void merge_record(RecordTable& table, KeyRef into_key, std::byte* into, KeyRef from_key,
                            const std::byte* from) = 0;

 protected:
  explicit AggregateColumn(const AggregateSpec& spec);

  const AggregateFunction& function() const { return *function_; }
  const std::string& text() const { return text_; }
  bool filtered() const { return filter_.has_value(); }
  // Of the batch at hand; null: COUNT(*).
  const ColumnPtr& argument() const { return argument_; }
  // Returns whether both aggregate the same expression.
  bool has_argument_of(const AggregateColumn& other) const;
  // Returns the function's accumulator as a field of a record.
  RecordField accumulator_field() const;
  OperatorContext& context() const { return *context_; }
  void set_context(OperatorContext& context) { context_ = &context; }
  // Replaces `out` by the selected rows that pass the filter and, where asked for, are not NULL.
  void select(const Batch& batch, const Selection& rows, bool skips_nulls, SignedRows& out) const;

 private:
  // The same of rows that are only added, NULLs too.
  void select_inserts(const Selection& rows, SignedRows& out) const;

  AggregateFunctionPtr function_;
  ExpressionPtr argument_expression_;
  std::optional<int32_t> filter_;
  std::string text_;
  OperatorContext* context_ = nullptr;
  ColumnPtr argument_;
  std::vector<uint8_t> passes_;  // by row of the batch: 1 where the filter is TRUE, otherwise 0
};

// Throws UserError where the function cannot do what the options need.
std::unique_ptr<AggregateColumn> make_aggregate_column(const AggregateSpec& spec, const AggregationOptions& options);

}  // namespace tidemill
