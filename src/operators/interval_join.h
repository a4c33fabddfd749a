// operators/interval_join.h - joins of rows whose times are close: lower <= left time - right time <= upper. Rule: a
// row is kept until no row of the other side can fit it any more; one that never fit comes out then, where its side is
// outer.
#pragma once
#include <array>
#include <optional>
#include <vector>

#include "operators/join_pairs.h"
#include "operators/join_side.h"
#include "operators/joined_rows.h"
#include "operators/operator.h"
#include "operators/side_rows.h"
#include "operators/spec.h"
#include "state/timer_queue.h"

namespace tidemill {

// Source of the rules: Flink, TimeIntervalJoin, RowTimeIntervalJoin and ProcTimeIntervalJoin. A late row still finds
// the rows of the other side that have not expired as of its own watermark; where nothing can come for it any more, it
// is not kept. The watermark is held back by the wider of the two bounds, since a row that comes out may be that old.
//
// A record's `matches` are its copies that fit something: equal rows may differ in that, where one came late.
class IntervalJoin final : public Operator {
 public:
  explicit IntervalJoin(const IntervalJoinSpec& spec);
  void open(OperatorContext& context) override;
  void restored() override { release(); }
  void process(Batch input, int32_t port, Output& output) override;
  void on_watermark(EpochMillis watermark, Output& output) override;
  EpochMillis output_watermark(EpochMillis watermark) const override;
  std::optional<NextFiring> next_firing() const override;
  EpochMillis next_processing_timer() const override { return next_clock_timer_; }
  void on_processing_time(EpochMillis now, Output& output) override;

 private:
  // What waits for its end, one queue a side.
  struct Expiry {
    TimerQueue* timers = nullptr;  // owned by the state store
    std::optional<DueTimers> due;
    int32_t next = 0;  // of `due`
  };

  JoinSide& own() { return sides_[static_cast<size_t>(pairs_.port())]; }
  JoinSide& other() { return sides_[static_cast<size_t>(1 - pairs_.port())]; }
  bool is_outer(int32_t port) const;
  // How much later than a row of `port` a row of the other side may be.
  DurationMillis reach_after(int32_t port) const { return port == 0 ? -spec_.lower_ms : spec_.upper_ms; }
  // The watermark at which a row of `port` expires.
  EpochMillis expires_at(int32_t port, EpochMillis time) const { return time + reach_after(port) + 1; }
  // The watermark that the row is judged by.
  EpochMillis watermark_of(int32_t row) const;

  bool join_some(Output& output);
  SubKeyRange range_of(int32_t row);
  void resolve(const JoinPairs::Row& row);
  void keep(int32_t row, bool matched);
  // Ends what uses state, and notes when the clock must be looked at next.
  void release();
  void expire_until(EpochMillis time, Output& output);
  // Ends rows whose time has come; returns false where there are no more.
  bool expire_some(EpochMillis time, Output& output);
  bool expire_some_of(int32_t port, EpochMillis time, Output& output);
  // Ends rows of the key that is due; returns whether it has no more.
  bool expire_key(int32_t port, int32_t key, EpochMillis time, SideRows& alone);

  IntervalJoinSpec spec_;
  std::array<JoinSide, 2> sides_;
  std::array<Expiry, 2> expiries_;
  OperatorContext* context_ = nullptr;
  JoinPairs pairs_;
  JoinedRows joined_;
  int64_t matches_ = 0;  // rows that the row at hand fits, in its pieces so far
  EpochMillis next_clock_timer_ = kMaxWatermark;
  std::vector<EpochMillis> times_;
  std::string range_from_, range_until_;  // of range_of()
};

}  // namespace tidemill
