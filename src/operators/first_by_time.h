// operators/first_by_time.h - the first row of each partition by event time. Rule: it comes out once, when the
// watermark has reached it and no earlier one can come, and is never taken back.
#pragma once
#include <optional>
#include <vector>

#include "operators/changed_rows.h"
#include "operators/operator.h"
#include "operators/row_positions.h"
#include "operators/spec.h"
#include "operators/window_rows.h"
#include "state/time_to_live.h"
#include "state/value_fields.h"

namespace tidemill {

// Source of the rules: Flink 2.3 (as run), RowTimeDeduplicateKeepFirstRowFunction. A row before its watermark is late:
// dropped and counted. Rows of partitions that have given theirs are passed over. Rows of one time are in the order of
// their splits and offsets.
class FirstByTime final : public Operator {
 public:
  // Requires: by event time, not keep_last (deduplicate.h does the others).
  explicit FirstByTime(const DeduplicateSpec& spec);
  void open(OperatorContext& context) override;
  void process(Batch input, int32_t port, Output& output) override;
  void on_watermark(EpochMillis watermark, Output& output) override;
  std::optional<NextFiring> next_firing() const override;
  EpochMillis next_processing_timer() const override;
  void on_processing_time(EpochMillis now, Output& output) override;

 private:
  bool is_done(int32_t row) const;
  void offer(const Batch& input, int32_t row);
  bool fire_some(EpochMillis watermark, Output& output);

  DeduplicateSpec spec_;
  std::vector<Type> key_types_;
  ValueFields values_;
  RowPositions positions_;
  ChangedRows rows_out_;
  TimeToLive time_to_live_;
  OperatorContext* context_ = nullptr;
  // Owned by the state store.
  RecordTable* waiting_ = nullptr;  // partition ▸ its first row so far
  RecordTable* done_ = nullptr;     // partitions that have given theirs
  TimerQueue* due_ = nullptr;       // of waiting_
  uint32_t position_offset_ = 0;

  // Of the batch at hand.
  std::optional<WindowRows> times_;
  std::optional<KeyBatch> keys_;
};

}  // namespace tidemill
