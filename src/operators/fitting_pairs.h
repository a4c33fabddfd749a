// operators/fitting_pairs.h - the pairs of an INNER join of sides that only grow, as rows that come out. Rule: the
// residual decides over columns of a whole piece of pairs; the others are made of the pairs that fit.
#pragma once
#include <cstdint>
#include <vector>

#include "operators/appended_pairs.h"
#include "operators/operator.h"
#include "operators/spec.h"

namespace tidemill {

class FittingPairs {
 public:
  explicit FittingPairs(const JoinSpec& spec);

  // As AppendedPairs::begin().
  void begin(Batch input, int32_t port, const AppendedSide& own, const AppendedSide& other) {
    pairs_.begin(std::move(input), port, own, other);
  }
  // True where all pairs have been given.
  bool done() const { return pairs_.done(); }
  // Emits the next pairs that fit, a batch at most, and ends what uses state. Returns false where these were the last.
  bool emit_some(OperatorContext& context, Output& output);

 private:
  // Leaves the pairs for which the residual is TRUE.
  void apply_residual(OperatorContext& context);

  SchemaPtr schema_;
  SchemaPtr pairs_schema_;
  ExpressionPtr residual_;
  AppendedPairs pairs_;
  std::vector<uint8_t> read_by_residual_;  // by column of the pairs
  std::vector<uint8_t> all_;
  std::vector<ColumnPtr> columns_;  // of the pairs at hand
  std::vector<int32_t> fitting_;
};

}  // namespace tidemill
