// operators/temporal_join.h - each left row with the version of the right row that was valid at its time. Rule: a left
// row waits until the watermark has reached its time; versions that come later change nothing.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "operators/answered_rows.h"
#include "operators/join_side.h"
#include "operators/joined_rows.h"
#include "operators/operator.h"
#include "operators/side_rows.h"
#include "operators/spec.h"
#include "operators/window_rows.h"
#include "state/timer_queue.h"

namespace tidemill {

// Source of the rules: Flink, TemporalRowTimeJoinOperator. Of a key's versions the newest at or before the left row's
// time counts; of several at one time the last to come; one that is a deletion means that there is none. -U is nobody's
// version. Versions older than the newest one that the watermark has passed are forgotten.
//
// Where left rows are taken back, those that came out are kept with their version. One that is taken back while it
// waits never comes out; one that never came, or was late, is left out and counted. It comes out as the kind that it
// came as.
//
// Of a right record `matches` is 1 where it is a deletion; of a left one, where rows are taken back, it is how many of
// its copies came as +U.
class TemporalJoin final : public Operator {
 public:
  explicit TemporalJoin(const TemporalJoinSpec& spec);
  void open(OperatorContext& context) override;
  void process(Batch input, int32_t port, Output& output) override;
  int32_t rows_before_firing(const Batch& input, int32_t first, int32_t port) override;
  void on_watermark(EpochMillis watermark, Output& output) override;
  std::optional<NextFiring> next_firing() const override;
  EpochMillis next_processing_timer() const override;
  void on_processing_time(EpochMillis now, Output& output) override;

 private:
  void keep_left(const Batch& input, Output& output);
  // Takes left rows of which some are taken back.
  void keep_changes(const Batch& input, Output& output);
  // Takes back what came out for the row, if anything; returns false where it is not known.
  bool take_back(int32_t row, RowKind kind);
  void keep_versions(const Batch& input);
  // Joins left rows that are due; returns false where there are no more.
  bool fire_some(EpochMillis watermark, Output& output);
  // Adds left rows of the key at hand; returns whether it has no more.
  bool read_left(EpochMillis watermark, SideRows& rows);
  void join(const Batch& rows, Output& output);
  // Adds the version that the row at `row` meets, if any, to the pairs.
  void find_version(int32_t row);
  void end_due(EpochMillis watermark);
  void purge(KeyRef key, EpochMillis watermark);

  TemporalJoinSpec spec_;
  JoinSide left_;
  JoinSide right_;
  std::optional<AnsweredRows> answered_;  // where left rows are taken back
  OperatorContext* context_ = nullptr;
  std::optional<WindowRows> rows_;
  TimerQueue* timers_ = nullptr;  // owned by the state store

  // Of a firing.
  std::optional<DueTimers> due_;
  int32_t key_ = 0;                 // of due_
  std::string from_;                // row of it to go on with
  int64_t copies_done_ = 0;         // of that row
  std::vector<EpochMillis> times_;  // of the left rows at hand
  std::vector<RowKind> kinds_;      // likewise
  PairedRows paired_;
  std::vector<ColumnBuilder> builders_;
  JoinedRows joined_;
};

}  // namespace tidemill
