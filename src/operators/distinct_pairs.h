// operators/distinct_pairs.h - DISTINCT of one argument, for all aggregates that have it: which pairs of key and value
// count for which of them. Rule: a pair is encoded, looked up and kept once; it has a count for each aggregate.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "operators/pair_keys.h"
#include "operators/signed_rows.h"
#include "state/distinct_counts.h"

namespace tidemill {

// Returns the rows whose value came to be counted (1), or ceased to be (-1), in the count `index` of `width` that a
// pair has; transitions are those of DistinctCounts::add for `rows`.
SignedRows changed_rows(std::span<const int32_t> rows, std::span<const int8_t> transitions, size_t width, size_t index);

// Task thread only. For each batch: begin(), then for each update of a table add() of every aggregate, count() once,
// and changed().
class DistinctPairs {
 public:
  // `folds`: rows are only added, so that those of a batch that have one pair are counted at once.
  DistinctPairs(std::vector<Type> key_types, const Type& value_type, bool folds)
      : pairs_(std::move(key_types), value_type), folds_(folds) {}

  // Adds an aggregate; returns its number, from 0 on.
  size_t join();

  // Takes the pairs of a batch's rows.
  void begin(std::span<const ColumnPtr> key_columns, const ColumnPtr& value, int32_t num_rows) {
    pairs_.assign(key_columns, value, num_rows);
  }
  // Takes the rows that an aggregate counts.
  void add(size_t aggregate, SignedRows rows) { aggregates_[aggregate] = std::move(rows); }
  // Counts all that was added; each aggregate's rows become those whose value came to be counted (1), or ceased to be
  // (-1).
  void count(DistinctCounts& counts);
  // Returns those rows, once.
  SignedRows changed(size_t aggregate) { return std::move(aggregates_[aggregate]); }

 private:
  void number_entries();

  PairKeys pairs_;
  const bool folds_;
  std::vector<SignedRows> aggregates_;
  std::vector<int32_t> entries_;        // rows of the batch, ascending, each counted once in all aggregates
  std::vector<int32_t> entry_of_;       // by row of the batch; -1: no aggregate counts it
  std::vector<int32_t> first_entries_;  // by first row of a pair
  std::vector<int64_t> deltas_;         // by entry and aggregate
  std::vector<int8_t> transitions_;
};

}  // namespace tidemill
