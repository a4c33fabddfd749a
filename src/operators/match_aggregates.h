// operators/match_aggregates.h - the aggregates of DEFINE, added up as beginnings of matches grow. Rule: a beginning
// holds its accumulators as bytes, so that a row costs the same however long it is; what cannot be held so
// (accumulators with texts, arguments that may fail) is added up anew when it is asked for.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "operators/operator.h"
#include "operators/pattern_matcher.h"

namespace tidemill {

class MatchAggregates {
 public:
  // `references` are borrowed: what conditions read.
  explicit MatchAggregates(const std::vector<PatternReference>& references);

  // True where the accumulator of a reference is held.
  bool holds(size_t reference) const { return places_[reference].has_value(); }
  // True where the bytes are of these aggregates; those of another version of a query are not.
  bool fit(std::string_view accumulators) const {
    return accumulators.size() == size_ && accumulators.ends_with(mark_);
  }

  // Evaluates the arguments over a batch, which must outlive its use.
  void begin(const Batch& batch, OperatorContext& context);
  // Adds a row of the batch, which is of `variable`, to a beginning.
  void add(int32_t batch_row, int32_t variable, PartialMatch& match);
  // Appends the result of a reference that is held.
  void append_result(size_t reference, const PartialMatch& match, ColumnBuilder& results) const;

 private:
  const std::vector<PatternReference>& references_;
  std::vector<std::optional<size_t>> places_;  // by reference: where its accumulator is
  size_t size_ = 0;                            // of all accumulators and the mark
  std::string mark_;                           // which aggregates they are
  std::vector<ColumnPtr> arguments_;           // by reference, of the batch
  mutable std::vector<std::byte*> records_;    // scratch, a row of the batch each
};

}  // namespace tidemill
