// state/time_to_live.h - how long the records of a table are kept after they were last written. Rule: an expired record
// is never used again, whether or not it is still there; it goes when a sweep comes by.
//
// As Flink's StateTtlConfig with OnCreateAndWrite and NeverReturnExpired, in processing time. A sweep looks at a few
// pages at a time and round by round at all of them: no timer a record.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/time.h"
#include "state/record_table.h"

namespace tidemill {

constexpr std::string_view kWrittenAtField = "written at";  // of a record: wall ms UTC; 0: not known

// Task thread only. All times are wall ms UTC.
class TimeToLive {
 public:
  // `time_to_live_ms` 0: records are kept for ever, and nothing is declared or done.
  explicit TimeToLive(DurationMillis time_to_live_ms) : time_to_live_ms_(time_to_live_ms) {}

  bool enabled() const { return time_to_live_ms_ > 0; }
  // Adds the field that says when a record was written.
  void declare(TableDescriptor& descriptor) const;
  // Call once, with the table that was declared; it is borrowed. Requires: enabled().
  void open(RecordTable& table);

  // Returns whether the record has expired. One that was saved without a time is as if written now.
  bool expired(const std::byte* record, EpochMillis now) const {
    const EpochMillis written = written_at(record);
    return written != 0 && now - written >= time_to_live_ms_;
  }
  // Notes that the records are written now.
  void written(std::span<std::byte* const> records, EpochMillis now) const;

  // A record that is written now.
  struct Renewed {
    std::byte* record = nullptr;
    bool expired = false;  // it had expired: the caller empties it, with all that belongs to it
  };
  // Notes that the record of the key, made where it is missing, is written now.
  Renewed renew(KeyRef key, EpochMillis now);

  // Returns when sweep() is due, at most an eighth of the time to live apart, so that a record is gone soon after it
  // has expired; kMaxWatermark where the table is empty. At once after a start.
  EpochMillis next_sweep() const { return table_->size() == 0 ? kMaxWatermark : next_sweep_; }
  // Looks at the records of some pages, going on where the last call ended. Returns the keys of those that have
  // expired, valid until the next call: the caller removes them with all that belongs to them. Ends with release().
  const KeyBatch& sweep(EpochMillis now);

 private:
  EpochMillis written_at(const std::byte* record) const;

  const DurationMillis time_to_live_ms_;
  RecordTable* table_ = nullptr;
  uint32_t offset_ = 0;
  EpochMillis next_sweep_ = 0;
  std::optional<KeyBatch> expired_;  // of the last sweep()
  std::optional<KeyBatch> undated_;  // records that were saved without a time
};

}  // namespace tidemill
