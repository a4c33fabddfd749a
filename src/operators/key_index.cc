#include "operators/key_index.h"

#include <bit>

namespace tidemill {

void KeyIndex::build(const KeyBatch& keys) {
  keys_ = &keys;
  const auto rows = static_cast<size_t>(keys.num_rows());
  heads_.assign(std::bit_ceil(rows + rows / 2 + 1), -1);
  next_.assign(rows, -1);
  for (size_t row = rows; row-- > 0;) {  // so that the first row comes first
    int32_t& head = heads_[keys.hashes()[row] & (heads_.size() - 1)];
    next_[row] = head;
    head = static_cast<int32_t>(row);
  }
}

int32_t KeyIndex::first_equal(int32_t row, KeyRef key) const {
  for (; row >= 0; row = next_[static_cast<size_t>(row)]) {
    const KeyRef candidate = (*keys_)[row];
    if (candidate.hash == key.hash && equal_keys(keys_->layout(), candidate, key)) return row;
  }
  return -1;
}

int32_t KeyIndex::find(KeyRef key) const {
  return heads_.empty() ? -1 : first_equal(heads_[key.hash & (heads_.size() - 1)], key);
}

int32_t KeyIndex::next(int32_t row) const { return first_equal(next_[static_cast<size_t>(row)], (*keys_)[row]); }

}  // namespace tidemill
