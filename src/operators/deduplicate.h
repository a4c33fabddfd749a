// operators/deduplicate.h - the last row of each partition by time, or the first by processing time. Rule: a row goes
// on at once; a last one is taken back when one comes that is not before it.
#pragma once
#include <optional>
#include <vector>

#include "operators/changed_rows.h"
#include "operators/operator.h"
#include "operators/row_positions.h"
#include "operators/row_rounds.h"
#include "operators/spec.h"
#include "state/time_to_live.h"
#include "state/value_fields.h"

namespace tidemill {

// Source of the rules: Flink, RowTimeDeduplicateFunction (the first by event time is first_by_time.h's) and the
// ProcTimeDeduplicateKeep… functions. Rows of one event time are in the order of their splits and offsets, which is
// that of arrival where there is one split. By processing time a last row that is equal to the one before it gives
// nothing, unless state expires.
class Deduplicate final : public Operator {
 public:
  // Requires: keep_last, or processing_time.
  explicit Deduplicate(const DeduplicateSpec& spec);
  void open(OperatorContext& context) override;
  void process(Batch input, int32_t port, Output& output) override;
  EpochMillis next_processing_timer() const override;
  void on_processing_time(EpochMillis now, Output& output) override;

 private:
  bool keeps_rows() const { return spec_.keep_last; }
  // Takes a row and notes in shown_ what its partition shows then.
  void take(const Batch& input, int32_t row, EpochMillis now);
  // `shown`: the row of the batch that the partition shows, -1: that of the record.
  bool replaces(const Batch& input, int32_t row, int32_t shown) const;
  // Returns whether the row is equal to the one in the record, but for its time.
  bool is_shown(const Batch& input, int32_t row, const std::byte* record) const;
  // Returns whether two rows of the batch are equal, but for their times.
  bool are_equal(const Batch& input, int32_t a, int32_t b) const;
  // Stores what the partitions of the batch show now.
  void store(const Batch& input);

  DeduplicateSpec spec_;
  std::vector<Type> key_types_;
  ValueFields values_;  // of the row that is shown; none where it is never taken back
  std::optional<RowPositions> positions_;
  ChangedRows changes_;
  TimeToLive time_to_live_;
  OperatorContext* context_ = nullptr;
  RecordTable* table_ = nullptr;  // owned by the state store
  uint32_t shown_offset_ = 0;
  uint32_t position_offset_ = 0;

  // Of the batch at hand.
  std::optional<KeyBatch> keys_;
  std::vector<std::byte*> records_;
  std::vector<uint8_t> created_;
  RowRounds rounds_;            // which rows are of one partition
  std::vector<int32_t> shown_;  // by row: the row of the batch that its partition shows after it, -1: the stored one
};

}  // namespace tidemill
