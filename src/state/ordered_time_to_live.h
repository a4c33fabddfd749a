// state/ordered_time_to_live.h - how long the rows of an ordered table are kept after they were last written. Rule: as
// time_to_live.h: an expired row is never used again; it goes when a sweep comes by.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "state/ordered_table.h"
#include "state/time_to_live.h"

namespace tidemill {

// Task thread only. All times are wall ms UTC.
class OrderedTimeToLive {
 public:
  // `time_to_live_ms` 0: rows are kept for ever, and nothing is declared or done.
  explicit OrderedTimeToLive(DurationMillis time_to_live_ms) : time_to_live_ms_(time_to_live_ms) {}

  bool enabled() const { return time_to_live_ms_ > 0; }
  // Adds the field that says when a row was written.
  void declare(TableDescriptor& descriptor) const;
  // Call once, with the table that was declared; it is borrowed. Requires: enabled().
  void open(OrderedTable& table);

  // Returns whether the row has expired. One that was saved without a time is as if written now.
  bool expired(const std::byte* record, EpochMillis now) const;
  // Notes that the row is written now.
  void written(std::byte* record, EpochMillis now) const;

  // Returns when sweep() is due, kMaxWatermark where the table is empty. At once after a start.
  EpochMillis next_sweep() const { return table_->size() == 0 ? kMaxWatermark : next_sweep_; }
  // Looks at the rows of some keys, going on where the last call ended, and erases those that have expired. Ends with
  // release().
  void sweep(EpochMillis now);

 private:
  void sweep_key(KeyRef key, EpochMillis now);

  const DurationMillis time_to_live_ms_;
  OrderedTable* table_ = nullptr;
  uint32_t offset_ = 0;
  EpochMillis next_sweep_ = 0;
  std::optional<KeyBatch> keys_;
};

}  // namespace tidemill
