// operators/append_join.h - joins of two inputs that only insert. Rule: what a row emits depends on the rows before it
// alone, and a piece of its pairs is emitted at a time, however many it has.
#pragma once
#include <array>
#include <vector>

#include "operators/appended_side.h"
#include "operators/fitting_pairs.h"
#include "operators/operator.h"
#include "operators/spec.h"

namespace tidemill {

// The same rows as RegularJoin, which any changes may come to; the pairs of a row come in the order in which the other
// rows came. Since nothing is taken back, a side is lists of rows that are appended to and read from begin to end, and
// a batch is joined column by column.
class AppendJoin final : public Operator {
 public:
  // True where the join is one of these: rows are not taken back, nor forgotten, nor held until the input ends.
  static bool takes(const RegularJoinSpec& spec);

  // Requires: takes(spec).
  explicit AppendJoin(const RegularJoinSpec& spec);
  void open(OperatorContext& context) override;
  void process(Batch input, int32_t port, Output& output) override;

 private:
  AppendedSide& own() { return sides_[static_cast<size_t>(port_)]; }
  AppendedSide& other() { return sides_[static_cast<size_t>(1 - port_)]; }
  AppendedPairs& pairs() { return fitting_.pairs(); }
  bool is_outer(int32_t port) const;

  // Joins the next rows; returns false where these were the last.
  bool join_some(Output& output);
  // Of all joins but INNER: decides what the pairs at hand make of their rows, and keeps those whose pairs are
  // complete.
  void resolve();
  void resolve_pair(int32_t pair);
  void resolve_row(int32_t row);
  void add(RowKind kind, int32_t input_row, int32_t pair);
  void emit_outcomes(Output& output);

  JoinType type_;
  SchemaPtr schema_;
  std::array<AppendedSide, 2> sides_;
  FittingPairs fitting_;
  OperatorContext* context_ = nullptr;
  int32_t port_ = 0;

  // What comes out, of all joins but INNER: a row of the input, the other side's row of a pair, or both.
  std::vector<RowKind> kinds_;
  std::vector<int32_t> input_rows_;  // -1: NULLs in its place
  std::vector<int32_t> of_pairs_;    // likewise
  int64_t matches_ = 0;              // rows that the row at hand fits, in its pieces so far
  std::vector<int64_t> complete_;    // of the rows whose pairs are complete
};

}  // namespace tidemill
