// operators/join_side.h - the rows of one input that a join keeps: (key, row) ▸ how often it came, and how many rows of
// the other input it fits. Rule: NULL fits nothing unless the key says so; such rows are never kept.
#pragma once
#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "operators/operator.h"
#include "operators/spec.h"
#include "operators/stored_rows.h"
#include "state/ordered_integer.h"
#include "state/ordered_table.h"
#include "state/ordered_time_to_live.h"

namespace tidemill {

constexpr std::array<std::string_view, 2> kJoinTables = {"left", "right"};  // of the sides' state
constexpr std::string_view kMatchesField = "matches";  // of a row: how many of the other side it fits

// Returns the columns of an input that its rows are stored with: those that the key does not give.
std::vector<Field> stored_fields(const JoinSpec& spec, size_t port);

class JoinSide {
 public:
  // `port`: 0 for the left input, 1 for the right one. `counts_matches`: the join must know of each row how many it
  // fits. `by_time`: rows of a key are in the order of their times; otherwise in some order. `time_to_live_ms`: rows
  // that were not written for so long in processing time are as if they had never come; 0: none is.
  JoinSide(const JoinSpec& spec, int32_t port, bool counts_matches, bool by_time = false,
           DurationMillis time_to_live_ms = 0);

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
  int64_t matches(const std::byte* record) const { return *reinterpret_cast<const int64_t*>(record + matches_offset_); }

  // Takes the rows of a batch of this input, with their times where they are kept by time.
  void begin(const Batch& batch, std::span<const EpochMillis> times = {});
  // True where a key column is NULL that fits nothing.
  bool fits_nothing(int32_t row) const { return fits_nothing_[static_cast<size_t>(row)] != 0; }
  EpochMillis time(int32_t row) const { return times_[static_cast<size_t>(row)]; }
  KeyRef key(int32_t row) const { return (*key_batch_)[row]; }
  // Returns the sub-key of the row of the batch at hand, valid until the next call.
  SubKey sub_key(int32_t row);
  // Appends the row that a sub-key is of to builders of rows().
  void read_row(std::string_view sub_key, std::span<ColumnBuilder> builders) const {
    rows_.read(sub_key.substr(by_time_ ? kOrderedIntegerBytes : 0), builders);
  }
  // Returns the columns of rows() of the rows that sub-keys are of; takes the times off these.
  std::vector<ColumnPtr> read_rows(std::span<std::string_view> sub_keys) const;
  // Returns the time of the row that a sub-key is of, and how all sub-keys of rows at or after a time begin. Requires:
  // by time.
  static EpochMillis time_of(std::string_view sub_key);
  static std::string time_prefix(EpochMillis time);

  // Returns the row's record, made where it is new.
  std::byte* upsert(int32_t row);
  // Returns the row's record, nullptr where the side has no such row.
  std::byte* find(int32_t row);
  // True where the record has expired.
  bool expired(const std::byte* record, EpochMillis now) const {
    return time_to_live_.enabled() && time_to_live_.expired(record, now);
  }
  // Notes that the row is written now, as every change of its record is; one that had expired begins anew.
  void touch(std::byte* record, EpochMillis now) const;
  // When expired rows are looked for, kMaxWatermark: never.
  EpochMillis next_sweep() const { return time_to_live_.enabled() ? time_to_live_.next_sweep() : kMaxWatermark; }
  // Forgets some of those that have expired.
  void sweep(EpochMillis now);
  // Forgets the row where its count is 0.
  void erase_if_gone(int32_t row);

 private:
  std::string name_;
  SchemaPtr schema_;
  std::vector<int32_t> keys_;
  std::vector<bool> null_safe_;
  bool counts_matches_;
  bool by_time_;
  OrderedTimeToLive time_to_live_;
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
