// operators/regular_join.h - joins of two tables that change: every kind, over any changes. Rule: what a row emits
// depends on the rows before it alone, and a piece of its pairs is emitted at a time, however many it has.
#pragma once
#include <array>
#include <optional>
#include <vector>

#include "operators/join_pairs.h"
#include "operators/join_side.h"
#include "operators/joined_rows.h"
#include "operators/operator.h"
#include "operators/spec.h"
#include "operators/unmatched_rows.h"

namespace tidemill {

// Source of the rules: Flink, StreamingJoinOperator and StreamingSemiAntiJoinOperator. INNER joins and SEMI joins pass
// the kind of the row on. Where a side is outer, its rows that fit nothing come as +I with NULLs, and as -D when the
// first one fits; when the last one is gone, the other way round. A retraction of a row that never came is left out and
// counted.
//
// With state_ttl_ms, rows of a side that were not written for so long in processing time are as if they had never come;
// what they showed is not taken back.
class RegularJoin final : public Operator {
 public:
  explicit RegularJoin(const RegularJoinSpec& spec);
  void open(OperatorContext& context) override;
  void process(Batch input, int32_t port, Output& output) override;
  EpochMillis next_processing_timer() const override;
  void on_processing_time(EpochMillis now, Output& output) override;
  void finish(Output& output) override;

 private:
  JoinSide& own() { return sides_[static_cast<size_t>(pairs_.port())]; }
  JoinSide& other() { return sides_[static_cast<size_t>(1 - pairs_.port())]; }
  bool own_is_outer() const { return is_outer(pairs_.port()); }
  bool other_is_outer() const { return is_outer(1 - pairs_.port()); }
  bool is_outer(int32_t port) const;

  // Joins the next rows; returns false where these were the last.
  bool join_some(Output& output);
  // Counts the row in its side; returns false where it is a retraction of what never came.
  bool count_row(JoinPairs::Row& row, bool again);
  void resolve(const JoinPairs::Row& row);
  void resolve_pairs(const JoinPairs::Row& row, bool accumulate);
  void resolve_semi(const JoinPairs::Row& row, bool accumulate);
  void resolve_alone(int32_t row);
  // Notes that a row of the other side fits one row more, or one less.
  void count_match(std::byte* record, bool accumulate);
  // Emits rows of a side that fit nothing, at the end of bounded input; returns false where there are no more.
  bool emit_unmatched(int32_t port, Output& output);

  RegularJoinSpec spec_;
  std::array<JoinSide, 2> sides_;
  OperatorContext* context_ = nullptr;
  JoinPairs pairs_;
  JoinedRows joined_;
  int64_t matches_ = 0;             // rows that the row at hand fits, in its pieces so far
  std::vector<int32_t> retracted_;  // rows of the piece, to be forgotten where their count is 0

  // Of finish().
  int32_t unmatched_port_ = 0;
  std::optional<UnmatchedRows> unmatched_;
};

}  // namespace tidemill
