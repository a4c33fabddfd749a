// operators/pair_keys.h - the pairs (key, value) of a batch that DISTINCT asks for: encoded once, for all aggregates of
// one argument, and each told from those that came before it in the batch.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "state/key_batch.h"

namespace tidemill {

class PairKeys {
 public:
  PairKeys(std::vector<Type> key_types, const Type& value_type);

  // Takes the pairs of a batch's rows.
  void assign(std::span<const ColumnPtr> key_columns, const ColumnPtr& value, int32_t num_rows);

  const KeyBatch& keys() const { return keys_; }
  // Returns the first row of the batch that has the same pair, or one of the first: rows may have the same pair and
  // different first rows, but not the other way round.
  int32_t first(int32_t row) const { return first_[static_cast<size_t>(row)]; }

 private:
  KeyBatch keys_;
  std::vector<int32_t> first_;
  std::vector<int32_t> recent_;  // by hash: the last first row of one with that hash; -1: none
};

}  // namespace tidemill
