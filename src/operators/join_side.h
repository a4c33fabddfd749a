// operators/join_side.h - the rows of one input that a join keeps: (key, row) ▸ how often it came, and how many rows of
// the other input it fits. Rule: NULL fits nothing unless the key says so; such rows are never kept.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "operators/operator.h"
#include "operators/spec.h"
#include "operators/stored_rows.h"
#include "state/ordered_table.h"

namespace tidemill {

class JoinSide {
 public:
  // `port`: 0 for the left input, 1 for the right one. `counts_matches`: the join must know of each row how many it
  // fits. `time_column`: rows of a key are in the order of this column (INT64 times, never NULL); nullopt: in some
  // order.
  JoinSide(const JoinSpec& spec, int32_t port, bool counts_matches, std::optional<int32_t> time_column = {});

  const SchemaPtr& schema() const { return schema_; }
  const std::vector<int32_t>& keys() const { return keys_; }
  const StoredRows& rows() const { return rows_; }
  bool counts_matches() const { return counts_matches_; }

  // Declares the table. Call once, in Operator::open().
  void open(StateStore& state);
  OrderedTable& table() { return *table_; }

  // What a record holds.
  int64_t& count(std::byte* record) const { return *reinterpret_cast<int64_t*>(record + count_offset_); }
  int64_t count(const std::byte* record) const { return *reinterpret_cast<const int64_t*>(record + count_offset_); }
  int64_t& matches(std::byte* record) const { return *reinterpret_cast<int64_t*>(record + matches_offset_); }

  // Takes the rows of a batch of this input.
  void begin(const Batch& batch);
  // True where a key column is NULL that fits nothing.
  bool fits_nothing(int32_t row) const { return fits_nothing_[static_cast<size_t>(row)] != 0; }
  KeyRef key(int32_t row) const { return (*key_batch_)[row]; }
  // Returns the sub-key of the row of the batch at hand, valid until the next call.
  SubKey sub_key(int32_t row);
  // Appends the row that a sub-key is of to builders of rows().
  void read_row(std::string_view sub_key, std::span<ColumnBuilder> builders) const {
    rows_.read(sub_key.substr(time_column_ ? kTimeBytes : 0), builders);
  }
  // Returns the time of the row that a sub-key is of, and how all sub-keys of rows at or after a time begin. Requires:
  // a time column.
  static EpochMillis time_of(std::string_view sub_key);
  static std::string time_prefix(EpochMillis time);

  // Returns the row's record, made where it is new.
  std::byte* upsert(int32_t row);
  // Returns the row's record, nullptr where the side has no such row.
  std::byte* find(int32_t row);
  // Forgets the row where its count is 0.
  void erase_if_gone(int32_t row);

 private:
  static constexpr size_t kTimeBytes = 8;

  std::string name_;
  SchemaPtr schema_;
  std::vector<int32_t> keys_;
  std::vector<bool> null_safe_;
  bool counts_matches_;
  std::optional<int32_t> time_column_;
  StoredRows rows_;
  OrderedTable* table_ = nullptr;  // owned by the state store
  uint32_t count_offset_ = 0;
  uint32_t matches_offset_ = 0;

  // Of the batch at hand.
  std::optional<KeyBatch> key_batch_;
  std::vector<uint8_t> fits_nothing_;
  std::vector<EpochMillis> times_;
  std::string bytes_;
};

}  // namespace tidemill
