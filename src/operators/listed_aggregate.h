// operators/listed_aggregate.h - LISTAGG of rows in the order of their positions. Rule: a companion holds every value
// with its position, and the result is made of it; values at one position are in their own order.
#pragma once
#include <unordered_map>

#include "operators/aggregate_column.h"
#include "operators/stored_position.h"
#include "state/ordered_values.h"

namespace tidemill {

// For rows that are only inserted. DISTINCT keeps each value at its first position.
//
// Where results are asked for after every row, an accumulator holds the result: a row behind all others is added to it,
// any other one sets it anew. Otherwise (windows) it is made when it is asked for.
class ListedAggregate final : public AggregateColumn {
 public:
  ListedAggregate(const AggregateSpec& spec, bool results_each_row);

  void declare(TableDescriptor& descriptor) override;
  void open(const RecordLayout& layout, OperatorContext& context) override;
  void begin(const Batch& batch, std::span<const ColumnPtr> key_columns) override;
  void update(const Batch& batch, RecordTable& table, const KeyBatch& keys, const Selection& rows,
              std::span<std::byte* const> records) override;
  void clear(RecordTable& table, KeyRef key, std::byte* record) override;
  void append_results(RecordTable& table, std::span<const std::byte* const> records, ColumnBuilder& out) override;
  void merge_companion(RecordTable& into, RecordTable& from) override;
  void merge_records(RecordTable&, const KeyBatch&, std::span<std::byte* const>, RecordTable&,
                     std::span<const std::byte* const>) override {
    CHECK(!keeps_result_);
  }
  void merge_distinct(RecordTable&, RecordTable&) override {}
  void merge_record(RecordTable& table, KeyRef into_key, std::byte* into, KeyRef from_key,
                    const std::byte* from) override;

 private:
  OrderedValues& values_of(RecordTable& table) const { return table.ordered_values(companion_); }
  // Returns the key's values in order, each as often as it counts.
  ColumnPtr listed(RecordTable& table, KeyRef key) const;
  ColumnPtr listed_distinct(RecordTable& table, KeyRef key) const;
  // Puts the row into the companion; returns whether the result is another one.
  bool put(RecordTable& table, KeyRef key, int32_t row);
  // Brings the result of the record up to date with the row, or notes in `behind_` that it must be made anew.
  void follow(RecordTable& table, int32_t row, std::byte* record);
  void update_results(RecordTable& table, const KeyBatch& keys, int32_t num_rows, std::span<std::byte* const> records);

  const bool distinct_;
  const bool keeps_result_;
  RowPositions positions_;
  std::vector<Type> types_;    // of the companion: position and value; DISTINCT: value and position
  int32_t companion_ = -1;     // places in the table descriptor
  int32_t result_field_ = 0;   // …
  int32_t last_field_ = 0;     // …
  int32_t result_offset_ = 0;  // in a record: the result
  int32_t last_offset_ = 0;    // in a record: StoredPosition of the last row in it

  std::vector<ColumnPtr> columns_;  // of the batch at hand, of types_

  // Scratch.
  SignedRows signed_;
  std::vector<int32_t> next_;                       // rows behind all others of their records
  std::unordered_map<std::byte*, int32_t> behind_;  // record whose result must be made anew ▸ one of its rows
};

}  // namespace tidemill
