// operators/session_assign.h - the SESSION table function by itself: each row with its session. Rule: rows come out
// when their session has ended, those of a session in the order in which they came.
#pragma once
#include <optional>
#include <vector>

#include "operators/operator.h"
#include "operators/session_intervals.h"
#include "operators/session_rows.h"
#include "operators/spec.h"
#include "operators/window_rows.h"

namespace tidemill {

// Takes rows that are only inserted. Late rows and the clock as in SessionAggregate; rows that the end of the input
// leaves in sessions of processing time are counted.
class SessionAssign final : public Operator {
 public:
  explicit SessionAssign(const WindowAssignSpec& spec);
  void open(OperatorContext& context) override;
  void restored() override;
  void process(Batch input, int32_t port, Output& output) override;
  void on_watermark(EpochMillis watermark, Output& output) override;
  std::optional<NextFiring> next_firing() const override {
    std::optional<NextFiring> next = intervals_->next_firing();
    if (next) next->processing_time = spec_.window.processing_time;
    return next;
  }
  EpochMillis next_processing_timer() const override { return next_clock_timer_; }
  void on_processing_time(EpochMillis now, Output& output) override;
  void finish(Output& output) override;

 private:
  void keep_rows(const Batch& input, const std::vector<ColumnPtr>& key_columns);
  void fire_until(EpochMillis progress, Output& output);
  void gather(KeyRef key, const SessionInterval& session, Output& output);
  void flush(Output& output);
  void release();

  WindowAssignSpec spec_;
  std::vector<Type> column_types_;  // of the input
  OperatorContext* context_ = nullptr;
  std::optional<WindowTime> time_;
  std::optional<WindowRows> rows_;
  std::optional<SessionIntervals> intervals_;
  RecordTable* table_ = nullptr;     // has no records, only kept_; owned by the state store
  OrderedSequence* kept_ = nullptr;  // (key, session), number of arrival ▸ row
  EpochMillis next_clock_timer_ = kMaxWatermark;

  // Of the batch at hand.
  std::optional<KeyBatch> keys_;
  std::optional<KeyBatch> session_keys_;
  std::optional<SessionRows> placed_;
  std::vector<ColumnBuilder> gathered_;
  int32_t num_gathered_ = 0;
};

}  // namespace tidemill
