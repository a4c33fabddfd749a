// operators/window_aggregate.h - GROUP BY over TUMBLE, HOP and CUMULATE windows. Rule: a row is added once, to its
// slice; what it counts in depends on its own watermark alone, never on batch edges or on which windows have fired
// already.
//
// A row in time lies in slice {end of slice}. One that comes after some of its windows have closed, judged by the
// watermark the row came with, lies in {end of slice, end of its first open window} and counts only in windows that end
// there or later. So no batch is ever cut, and results equal Flink's with a watermark after every row.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "operators/aggregation.h"
#include "operators/operator.h"
#include "operators/spec.h"
#include "operators/window_results.h"
#include "operators/window_rows.h"
#include "operators/window_slices.h"
#include "state/slice_tables.h"

namespace tidemill {

// A window whose rows are being emitted.
struct WindowFiring {
  EpochMillis end = 0;
  std::vector<SliceId> slices;
  std::unique_ptr<RecordTable> sum;  // of several slices; null: the only slice holds the rows
  RecordTable* table = nullptr;
  std::optional<RecordTable::Scan> rows;  // of `table`
};

// Event-time windows fire with the watermark, processing-time ones with the clock; the end of the input fires only the
// former. Windows fire in the order of their ends, keys in the order in which the window first saw them.
class WindowAggregate final : public Operator {
 public:
  explicit WindowAggregate(const WindowAggregateSpec& spec);
  void open(OperatorContext& context) override;
  void restored() override;
  void process(Batch input, int32_t port, Output& output) override;
  void on_watermark(EpochMillis watermark, Output& output) override;
  std::optional<NextFiring> next_firing() const override;
  EpochMillis next_processing_timer() const override;
  void on_processing_time(EpochMillis now, Output& output) override;
  void finish(Output& output) override;

 private:
  struct SliceRows {
    SliceId slice;
    std::vector<int32_t> rows;
  };

  // Returns the slice of all rows where they are in one, in time: the common case.
  std::optional<SliceId> common_slice() const;
  // Groups rows by slice; those too late for any window are left out and noted.
  void assign_slices(int32_t num_rows);
  std::vector<int32_t>& rows_of(const SliceId& slice);
  void add_rows(const SliceId& slice, const Selection& rows);
  // Counts what became of `rows` rows of the slice, in each of their windows.
  void account(const SliceId& slice, int64_t rows);
  void report_outcomes();

  // Fires every window complete at `progress`, a watermark or a clock: as far as there is room, and the rest later.
  void fire_until(EpochMillis progress, Output& output);
  // Does a step of that; returns false where nothing is left to do.
  bool fire_some(EpochMillis progress, Output& output);
  // Takes up the first window complete at `progress`, where none is at hand; returns false where there is none.
  bool begin_firing(EpochMillis progress);
  void begin_firing_window(EpochMillis end);
  // Emits the next batch of the window at hand; returns false when there is none left.
  bool emit_some(Output& output);
  // Drops slices that no later window needs.
  void end_firing();
  // Returns the slices that the window ending at `end` is made of, by time.
  std::vector<SliceId> slices_of_window(EpochMillis end) const;

  WindowAggregateSpec spec_;
  std::vector<Type> key_types_;
  Aggregation aggregation_;
  WindowResults results_;
  OperatorContext* context_ = nullptr;
  std::optional<WindowSlices> windows_;
  std::optional<WindowRows> rows_;
  int64_t rows_used_ = 0;  // of the batch at hand; and each row once for each of its windows
  int64_t window_rows_used_ = 0;
  int64_t window_rows_late_ = 0;
  SliceTables* slices_ = nullptr;       // owned by the state store
  std::set<EpochMillis> pending_ends_;  // windows to fire that have a slice; follows from slices and progress
  std::optional<WindowFiring> firing_;  // between two calls where there was no room for all of it

  // Of the batch at hand.
  std::optional<KeyBatch> keys_;
  std::vector<SliceRows> slice_rows_;
  std::map<SliceId, size_t> slice_rows_index_;
  std::vector<std::byte*> records_;  // by row
  std::vector<std::byte*> upserted_;
  std::vector<uint8_t> created_;
};

}  // namespace tidemill
