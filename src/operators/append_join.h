// operators/append_join.h - INNER joins of two inputs that only insert. Rule: what a row emits depends on the rows
// before it alone, and a piece of its pairs is emitted at a time, however many it has.
#pragma once
#include <array>

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
  // True where the join is one of these: rows are not taken back, nor forgotten, nor come out alone.
  static bool takes(const RegularJoinSpec& spec);

  // Requires: takes(spec).
  explicit AppendJoin(const RegularJoinSpec& spec);
  void open(OperatorContext& context) override;
  void process(Batch input, int32_t port, Output& output) override;

 private:
  std::array<AppendedSide, 2> sides_;
  FittingPairs pairs_;
  OperatorContext* context_ = nullptr;
};

}  // namespace tidemill
