// operators/answered_rows.h - left rows that a temporal join is done with, and the version that each was joined with.
// Rule: a row that is taken back takes back what came out for it, whatever versions there are by then.
#pragma once
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "operators/join_side.h"
#include "operators/spec.h"
#include "state/ordered_time_to_live.h"
#include "state/state_store.h"
#include "state/value_fields.h"

namespace tidemill {

constexpr std::string_view kAnsweredTable = "answered";

// One record a different row, by the keys and sub-keys of the left JoinSide; equal rows have one time, and so one
// version.
class AnsweredRows {
 public:
  // `time_to_live_ms`: rows that came out so long ago in processing time are forgotten; 0: never.
  AnsweredRows(const JoinSpec& spec, DurationMillis time_to_live_ms);
  // Declares the table. Call once, in Operator::open().
  void open(StateStore& state);

  // Returns a builder for each column of the right input that the key does not give: what a version consists of here.
  std::vector<ColumnBuilder> make_builders() const;
  // Notes that a copy of the row came out with the version at `place` of `versions`, -1: without one.
  void add(KeyRef key, const SubKey& row, std::span<const ColumnPtr> versions, int32_t place, EpochMillis now);
  // Forgets a copy of the row, and appends its version, if it had one, to `versions`. Returns whether it had one;
  // nullopt where no such row came out, or it has expired.
  std::optional<bool> take(KeyRef key, const SubKey& row, std::span<ColumnBuilder> versions, EpochMillis now);

  // When expired rows are looked for, kMaxWatermark: never.
  EpochMillis next_sweep() const { return time_to_live_.enabled() ? time_to_live_.next_sweep() : kMaxWatermark; }
  // Forgets some of those that have expired.
  void sweep(EpochMillis now) { time_to_live_.sweep(now); }

 private:
  int64_t& field(std::byte* record, uint32_t offset) const { return *reinterpret_cast<int64_t*>(record + offset); }

  std::vector<Type> key_types_;
  ValueFields version_;
  OrderedTimeToLive time_to_live_;
  OrderedTable* table_ = nullptr;  // owned by the state store
  uint32_t count_offset_ = 0;
  uint32_t joined_offset_ = 0;
};

}  // namespace tidemill
