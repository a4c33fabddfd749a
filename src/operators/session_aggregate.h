// operators/session_aggregate.h - GROUP BY over SESSION windows. Rule: a session is what SessionIntervals says; its
// aggregates are one record, and where sessions become one, so do their records, in the order of the rows.
#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "operators/aggregation.h"
#include "operators/operator.h"
#include "operators/session_intervals.h"
#include "operators/session_rows.h"
#include "operators/spec.h"
#include "operators/window_results.h"
#include "operators/window_rows.h"

namespace tidemill {

// Fires each session once, when watermark (or clock) passes its end; sessions of processing time that the end of the
// input leaves open are counted.
class SessionAggregate final : public Operator {
 public:
  explicit SessionAggregate(const WindowAggregateSpec& spec);
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
  // Adds the rows that are in a session, and merges records where that happened between them.
  void add_rows(const Batch& input, const std::vector<ColumnPtr>& key_columns);
  // Returns the records of the merged sessions, into and from in turn; merge_keys_ are their keys.
  std::vector<std::byte*> find_merge_records(const std::vector<ColumnPtr>& key_columns);
  void fire_until(EpochMillis progress, Output& output);
  // Ends a call: addresses die, the next timer is known.
  void release();
  void emit(const std::vector<SessionIntervals::Due>& due, Output& output);

  WindowAggregateSpec spec_;
  std::vector<Type> key_types_;
  std::vector<Type> record_key_types_;  // keys, then the session
  Aggregation aggregation_;
  WindowResults results_;
  OperatorContext* context_ = nullptr;
  std::optional<WindowTime> time_;
  std::optional<WindowRows> rows_;
  std::optional<SessionIntervals> intervals_;
  RecordTable* table_ = nullptr;  // owned by the state store
  EpochMillis next_clock_timer_ = kMaxWatermark;

  // Of the batch at hand.
  std::optional<KeyBatch> keys_;
  std::optional<KeyBatch> record_keys_;
  std::optional<KeyBatch> merge_keys_;
  std::optional<SessionRows> placed_;
  std::vector<std::byte*> records_;  // by row
  std::vector<std::byte*> upserted_;
  std::vector<uint8_t> created_;
};

}  // namespace tidemill
