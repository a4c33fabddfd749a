// operators/window_join.h - joins of rows of the same window. Rule: a window's rows are kept until it ends, and joined
// then, once; a row that comes later is late.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "operators/join_pairs.h"
#include "operators/join_side.h"
#include "operators/joined_rows.h"
#include "operators/operator.h"
#include "operators/side_rows.h"
#include "operators/spec.h"
#include "operators/window_join_times.h"

namespace tidemill {

// Source of the rules: Flink, WindowJoinOperator. The start and the end of the window are among the keys; a timer a key
// and window joins what both sides have of it. Left rows are read a batch at a time, and each batch's pairs a piece at
// a time; then come right rows that fit nothing, where they are outer.
class WindowJoin final : public Operator {
 public:
  explicit WindowJoin(const WindowJoinSpec& spec);
  void open(OperatorContext& context) override;
  void process(Batch input, int32_t port, Output& output) override;
  void on_watermark(EpochMillis watermark, Output& output) override;
  std::optional<NextFiring> next_firing() const override { return times_.next_firing(); }

 private:
  // What is being done with the keys that are due.
  enum class Stage : uint8_t { kLeftRows, kRightRows, kErase };

  // Fires windows that are due; returns false where there are no more.
  bool fire_some(EpochMillis watermark, Output& output);
  bool join_some(Output& output);
  void resolve(const JoinPairs::Row& row);
  // Adds rows of the keys that are due to `rows`, from where the last call ended; returns false where there is none.
  // `alone`: only those that fit nothing.
  bool read_rows(int32_t port, bool alone, SideRows& rows);
  bool read_key(JoinSide& side, bool alone, SideRows& rows);
  void erase_due();

  WindowJoinSpec spec_;
  WindowJoinTimes times_;
  std::array<JoinSide, 2> sides_;
  OperatorContext* context_ = nullptr;

  // Of a firing.
  std::optional<DueTimers> due_;
  Stage stage_ = Stage::kLeftRows;
  int32_t key_ = 0;          // of due_
  std::string from_;         // row of it to go on with
  int64_t copies_done_ = 0;  // of that row
  JoinPairs pairs_;
  JoinedRows joined_;
  int64_t matches_ = 0;  // rows that the left row at hand fits, in its pieces so far
};

}  // namespace tidemill
