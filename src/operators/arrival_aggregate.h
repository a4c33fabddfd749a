// operators/arrival_aggregate.h - an aggregate that takes rows as they come, and takes them back. Rule: an accumulator
// is always what its function would give for the values that count now; a companion, which DISTINCT or retraction
// needs, knows how often each value counts.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "operators/aggregate_column.h"
#include "operators/distinct_pairs.h"

namespace tidemill {

class ArrivalAggregate final : public AggregateColumn {
 public:
  // Throws UserError where the function cannot do what the options need.
  ArrivalAggregate(const AggregateSpec& spec, const AggregationOptions& options);

  bool share_with(AggregateColumn& earlier) override;
  void declare(TableDescriptor& descriptor) override;
  void open(const RecordLayout& layout, OperatorContext& context) override;
  void begin(const Batch& batch, std::span<const ColumnPtr> key_columns) override;
  void select_shared(const Batch& batch, const Selection& rows) override;
  void update(const Batch& batch, RecordTable& table, const KeyBatch& keys, const Selection& rows,
              std::span<std::byte* const> records) override;
  void clear(RecordTable& table, KeyRef key, std::byte* record) override;
  void append_results(RecordTable& table, std::span<const std::byte* const> records, ColumnBuilder& out) override;
  void merge_companion(RecordTable& into, RecordTable& from) override;
  void merge_records(RecordTable& into, const KeyBatch& keys, std::span<std::byte* const> into_records,
                     RecordTable& from, std::span<const std::byte* const> from_records) override;
  void merge_distinct(RecordTable& into, RecordTable& from) override;
  void merge_record(RecordTable& table, KeyRef into_key, std::byte* into, KeyRef from_key,
                    const std::byte* from) override;

 private:
  enum class Store : uint8_t {
    kNone,
    kDistinctPairs,   // (key, value) ▸ count
    kDistinctValues,  // the same, listed by key
    kOrdered,         // (key, value) ▸ count, the first, the last or all of which are the accumulator's content
    kSequence,        // (key, number of arrival) ▸ value, all of which the accumulator lists
  };

  static Store store_for(const AggregateSpec& spec, const AggregationOptions& options);
  // What the aggregates of one argument share.
  struct Sharing {
    DistinctPairs pairs;
    std::vector<ArrivalAggregate*> aggregates;  // by their numbers in it
  };
  bool leads() const { return number_ == 0; }
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

  Store store_;
  RetractionReplay replay_;  // of kOrdered and kSequence
  bool runs_in_order_ = false;
  int32_t companion_ = -1;  // place in the table descriptor
  int32_t field_ = 0;       // place in the table descriptor
  int32_t offset_ = 0;      // in a record

  std::shared_ptr<Sharing> sharing_;  // kDistinctPairs; else null
  size_t number_ = 0;                 // of this aggregate in it
  bool counts_each_;                  // rows may be taken back: each is counted by itself

  // Scratch.
  SignedRows signed_;
  std::vector<int64_t> deltas_;
  std::vector<int8_t> transitions_;
  std::vector<int32_t> run_;
};

}  // namespace tidemill
