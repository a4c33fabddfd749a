// operators/over_aggregate.h - f(x) OVER (PARTITION BY … ORDER BY time …): each row with results of the rows before it.
// Rule: by event time rows come out when the watermark passes them, in the order of time; by processing time at once.
#pragma once
#include <optional>
#include <vector>

#include "operators/operator.h"
#include "operators/over_frames.h"
#include "operators/spec.h"
#include "operators/waiting_rows.h"
#include "operators/window_rows.h"
#include "state/time_to_live.h"

namespace tidemill {

// Source of the rules: Flink, the RowTime… and ProcTime…PrecedingFunctions. Which row is late depends on the frame:
// UNBOUNDED: one that its watermark has passed. Bounded: one that its partition has given results of the same or a
// later time, whatever the watermark is; such a row comes out with the next watermark. Late rows are dropped and
// counted.
//
// Rows of one time are in the order of their splits and offsets, which is that of arrival where there is one split.
//
// A partition with a frame of an interval is forgotten one and a half intervals after a row, unless a later one came
// within that: its frame is empty then, and a row that was late before is not late any more.
class OverAggregate final : public Operator {
 public:
  explicit OverAggregate(const OverAggregateSpec& spec);
  void open(OperatorContext& context) override;
  void restored() override;
  void process(Batch input, int32_t port, Output& output) override;
  int32_t rows_before_firing(const Batch& input, int32_t first, int32_t port) override;
  void on_watermark(EpochMillis watermark, Output& output) override;
  std::optional<NextFiring> next_firing() const override;
  EpochMillis next_processing_timer() const override;
  void on_processing_time(EpochMillis now, Output& output) override;

 private:
  bool bounded() const { return spec_.frame.preceding.has_value(); }
  bool forgets_by_time() const { return bounded() && !spec_.frame.rows; }

  // By processing time: takes rows and emits them with their results.
  void pass(const Batch& input, Output& output);
  // By event time: keeps rows until the watermark has passed them.
  void keep(const Batch& input);
  bool is_late(const Batch& input, int32_t row, EpochMillis time, const std::byte* record) const;
  // Returns the time up to which rows like this one are late: its watermark, or what of its partition has come out.
  EpochMillis late_against(const Batch& input, int32_t row, const std::byte* record) const;
  // Notes that a row of this time has come to a partition.
  void touch(KeyRef key, std::byte* record, EpochMillis time);
  void renew_expired(KeyRef key, std::byte* record);
  bool fire_some(EpochMillis watermark, Output& output);
  void fire(WaitingRows::Due due, Output& output);
  bool forget_some(EpochMillis time);
  void release();

  OverAggregateSpec spec_;
  std::vector<Type> key_types_;
  WaitingRows waiting_;  // by event time
  OverFrames frames_;
  TimeToLive time_to_live_;
  OperatorContext* context_ = nullptr;
  // Owned by the state store.
  RecordTable* table_ = nullptr;  // partitions: accumulators, the last time that came out
  TimerQueue* forget_ = nullptr;  // when a partition may be forgotten
  uint32_t fired_offset_ = 0;     // a flag and a time of the record
  uint32_t fired_at_offset_ = 0;
  uint32_t forget_at_offset_ = 0;
  EpochMillis next_forget_ = kMaxWatermark;  // by processing time

  // Of the batch at hand.
  std::optional<WindowRows> times_;
  std::optional<KeyBatch> keys_;
  std::vector<std::byte*> records_;
  std::vector<uint8_t> created_;
};

}  // namespace tidemill
