// operators/append_join.h - INNER joins of two inputs that only insert. Rule: what a row emits depends on the rows
// before it alone, and a piece of its pairs is emitted at a time, however many it has.
#pragma once
#include <array>
#include <vector>

#include "operators/appended_pairs.h"
#include "operators/appended_side.h"
#include "operators/operator.h"
#include "operators/spec.h"

namespace tidemill {

// The same rows as RegularJoin, which any changes may come to; the pairs of a row come in the order in which the other
// rows came. Since nothing is taken back, a side is lists of rows that are appended to and read from begin to end, and
// a batch is joined column by column.
class AppendJoin final : public Operator {
 public:
  // True where the join is one of these: rows are not taken back, nor forgotten, nor come out alone.
  static bool takes(const RegularJoinSpec& spec);

  // Requires: takes(spec).
  explicit AppendJoin(const RegularJoinSpec& spec);
  void open(OperatorContext& context) override;
  void process(Batch input, int32_t port, Output& output) override;

 private:
  // Joins the next rows; returns false where these were the last.
  bool join_some(Output& output);
  // Leaves the pairs for which the residual is TRUE.
  void apply_residual();

  JoinSpec spec_;
  std::array<AppendedSide, 2> sides_;
  OperatorContext* context_ = nullptr;
  AppendedPairs pairs_;
  std::vector<uint8_t> read_by_residual_;  // by column of the pairs
  std::vector<uint8_t> all_;
  std::vector<ColumnPtr> columns_;  // of the pairs at hand
  std::vector<int32_t> fitting_;
};

}  // namespace tidemill
