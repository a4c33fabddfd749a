// operators/append_window_join.h - INNER joins of rows of the same window. Rule: a window's rows are kept until it
// ends, and joined then, once; a row that comes later is late.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "operators/appended_side.h"
#include "operators/fitting_pairs.h"
#include "operators/operator.h"
#include "operators/spec.h"
#include "operators/window_join_times.h"

namespace tidemill {

// The same rows as WindowJoin, which the other kinds of joins need; the pairs of a key come in the order in which left
// rows came, and then right ones. Nothing is taken back of a window, so a side is lists of rows that are read from
// begin to end when their window ends, and then forgotten.
class AppendWindowJoin final : public Operator {
 public:
  explicit AppendWindowJoin(const WindowJoinSpec& spec);
  void open(OperatorContext& context) override;
  void process(Batch input, int32_t port, Output& output) override;
  void on_watermark(EpochMillis watermark, Output& output) override;
  std::optional<NextFiring> next_firing() const override { return times_.next_firing(); }

 private:
  void set_timers(const AppendedSide& side);
  // Fires windows that are due; returns false where there are no more.
  bool fire_some(EpochMillis watermark, Output& output);
  // Returns the next left rows of the keys that are due; nullopt: there are no more.
  std::optional<Batch> next_left_rows();
  Batch left_rows(std::span<const std::string_view> stored, std::span<const int32_t> keys) const;
  void erase_due();

  WindowJoinTimes times_;
  std::array<AppendedSide, 2> sides_;
  FittingPairs pairs_;
  OperatorContext* context_ = nullptr;

  // Of the batch at hand.
  std::vector<int32_t> in_time_;
  std::vector<EpochMillis> fires_at_;  // by row

  // Of a firing.
  std::optional<DueTimers> due_;
  int32_t key_ = 0;  // of due_
  ListPlace place_;  // and the left row of it to go on with
};

}  // namespace tidemill
