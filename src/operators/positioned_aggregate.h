// operators/positioned_aggregate.h - FIRST_VALUE and LAST_VALUE of rows in the order of their positions. Rule: a record
// holds the value at the least or greatest position of those that are not NULL, and that position; of several at one
// position it is the least or greatest.
#pragma once
#include <unordered_map>

#include "operators/aggregate_column.h"
#include "operators/stored_position.h"

namespace tidemill {

// For rows that are only inserted. DISTINCT changes nothing for FIRST_VALUE, and is not for LAST_VALUE.
class PositionedAggregate final : public AggregateColumn {
 public:
  explicit PositionedAggregate(const AggregateSpec& spec);

  void declare(TableDescriptor& descriptor) override;
  void open(const RecordLayout& layout, OperatorContext& context) override;
  void begin(const Batch& batch, std::span<const ColumnPtr> key_columns) override;
  void update(const Batch& batch, RecordTable& table, const KeyBatch& keys, const Selection& rows,
              std::span<std::byte* const> records) override;
  void clear(RecordTable& table, KeyRef key, std::byte* record) override;
  void append_results(RecordTable& table, std::span<const std::byte* const> records, ColumnBuilder& out) override;
  void merge_companion(RecordTable&, RecordTable&) override {}
  void merge_records(RecordTable& into, const KeyBatch& keys, std::span<std::byte* const> into_records,
                     RecordTable& from, std::span<const std::byte* const> from_records) override;
  void merge_distinct(RecordTable&, RecordTable&) override {}
  void merge_record(RecordTable& table, KeyRef into_key, std::byte* into, KeyRef from_key,
                    const std::byte* from) override;

 private:
  // Of the value that the accumulator holds.
  StoredPosition& position_of(std::byte* record) const {
    return *reinterpret_cast<StoredPosition*>(record + position_offset_);
  }
  const StoredPosition& position_of(const std::byte* record) const {
    return *reinterpret_cast<const StoredPosition*>(record + position_offset_);
  }
  // True where a value at the first position, or the first value at the same one, takes the place of the second.
  template <class T>
  bool replaces(const T& candidate, const T& kept) const {
    return last_ ? candidate > kept : candidate < kept;
  }
  // Returns the value of a record in a form that orders as it does.
  std::string value_of(RecordTable& table, const std::byte* record);
  // Lets the row have the record where it goes before what is there; `winners_` tells rows that are not added yet.
  void offer(RecordTable& table, int32_t row, std::byte* record);
  void take_over(RecordTable& into_table, std::byte* into, RecordTable& from_table, const std::byte* from);

  const bool last_;
  RowPositions positions_;
  int32_t value_field_ = 0;     // places in the table descriptor
  int32_t position_field_ = 0;  // …
  int32_t value_offset_ = 0;    // in a record
  int32_t position_offset_ = 0;

  // Scratch.
  SignedRows signed_;
  std::unordered_map<std::byte*, int32_t> winners_;  // record ▸ the row whose value it gets
  std::string scratch_;
};

}  // namespace tidemill
