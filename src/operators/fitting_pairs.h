// operators/fitting_pairs.h - the pairs of a join of sides that only grow for which its residual is TRUE. Rule: the
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

  AppendedPairs& pairs() { return pairs_; }
  // Which columns of the pairs come out, by column.
  const std::vector<uint8_t>& shown() const { return shown_; }
  // The columns of the pairs at hand that are made so far.
  std::vector<ColumnPtr>& columns() { return columns_; }

  // Reads the next pairs, at most `pairs_max`, and leaves those that fit.
  void read(int32_t pairs_max, OperatorContext& context);
  // Emits the pairs at hand as they are, if there are any.
  void emit(Output& output);

 private:
  void apply_residual(OperatorContext& context);

  SchemaPtr schema_;
  SchemaPtr pairs_schema_;
  ExpressionPtr residual_;
  AppendedPairs pairs_;
  std::vector<uint8_t> read_by_residual_;  // by column of the pairs
  std::vector<uint8_t> shown_;
  std::vector<ColumnPtr> columns_;
  std::vector<int32_t> fitting_;
};

}  // namespace tidemill
