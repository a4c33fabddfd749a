// operators/updating_window_aggregate.h - aggregates of windows with early or late results. Rule: each result
// of a window replaces the one before; one that changes nothing is not sent.
#pragma once
#include <optional>
#include <vector>

#include "operators/aggregation.h"
#include "operators/operator.h"
#include "operators/row_rounds.h"
#include "operators/spec.h"
#include "operators/window_rows.h"
#include "operators/window_slices.h"
#include "state/timer_queue.h"
#include "state/value_fields.h"

namespace tidemill {

// Source of the rules: Flink, WindowOperator with EventTimeTriggers and ProcessingTimeTriggers. A window is a record of
// its own, with its end as the last key column:
// - before its end it gives a result with every row, or again and again after a delay that its first row begins;
// - when it ends it gives one; without late results it is forgotten then;
// - with late results it stays as long as rows may be late. Its late rows give results as early ones do, by the late
//   delay; where all of its rows are late, each gives one at once.
class UpdatingWindowAggregate final : public Operator {
 public:
  // Requires: not SESSION, and spec.emit.updates().
  explicit UpdatingWindowAggregate(const WindowAggregateSpec& spec);
  void open(OperatorContext& context) override;
  void process(Batch input, int32_t port, Output& output) override;
  int32_t rows_before_firing(const Batch& input, int32_t first, int32_t port) override;
  void on_watermark(EpochMillis watermark, Output& output) override;
  EpochMillis next_processing_timer() const override;
  void on_processing_time(EpochMillis now, Output& output) override;
  std::optional<NextFiring> next_firing() const override;

 private:
  // The rows of a batch, each once for each window that still takes it; parallel arrays.
  struct WindowedRows {
    std::vector<int32_t> rows;
    std::vector<EpochMillis> ends;
    std::vector<uint8_t> past_end;  // the window had ended when the row came
  };

  WindowedRows assign_windows(int32_t num_rows);
  // Adds the rows of a round to their windows; returns those that give a result at once.
  std::vector<int32_t> add_round(const Batch& rows, const WindowedRows& windowed, int32_t round);
  // Returns whether the row gives a result at once; otherwise sees to it that one will come.
  bool fires(int32_t row, EpochMillis end, bool past_end);
  void set_delay(KeyRef key, std::byte* record, DurationMillis delay_ms);
  void drop_delay(KeyRef key, std::byte* record);

  // Takes windows that are due; return whether there may be more.
  bool fire_ends(EpochMillis progress, Output& output);
  bool forget_some(EpochMillis watermark);
  bool fire_delays(EpochMillis now, Output& output);
  void forget(KeyRef key, std::byte* record);
  // Emits what the windows of these keys, with these records, show now.
  void emit_results(const KeyBatch& keys, std::span<std::byte* const> records, Output& output);
  EpochMillis end_of(KeyRef key) const;

  // Fields of a record.
  bool& shown(std::byte* record) const { return *reinterpret_cast<bool*>(record + shown_offset_); }
  bool& ended(std::byte* record) const { return *reinterpret_cast<bool*>(record + ended_offset_); }
  EpochMillis& next_delay(std::byte* record) const {
    return *reinterpret_cast<EpochMillis*>(record + next_delay_offset_);
  }

  WindowAggregateSpec spec_;
  std::vector<Type> key_types_;  // those of the keys, then the window's end
  Aggregation aggregation_;
  ValueFields shown_values_;
  OperatorContext* context_ = nullptr;
  std::optional<WindowSlices> windows_;
  std::optional<WindowRows> rows_;
  // Owned by the state store.
  RecordTable* table_ = nullptr;
  TimerQueue* ends_ = nullptr;       // by when the window ends
  TimerQueue* forgotten_ = nullptr;  // by the watermark behind which no row is late enough
  TimerQueue* delays_ = nullptr;     // by processing time
  uint32_t shown_offset_ = 0;
  uint32_t ended_offset_ = 0;
  uint32_t next_delay_offset_ = 0;

  // Of the batch at hand.
  std::optional<KeyBatch> keys_;
  std::vector<std::byte*> records_;
  std::vector<uint8_t> created_;
  RowRounds rounds_;
};

}  // namespace tidemill
