// operators/key_index.h - finds rows by key among rows in memory. Rule: rows of one key come in the order in which they
// were added; it holds no state of the job.
#pragma once
#include <cstdint>
#include <vector>

#include "state/key_batch.h"

namespace tidemill {

// A hash table over the rows of a KeyBatch, with a chain a bucket.
class KeyIndex {
 public:
  // Replaces the content by all rows of `keys`, which must stay as they are while the index is used.
  void build(const KeyBatch& keys);
  // Returns the first row of this key, -1 where there is none. Requires: a key of the same layout.
  int32_t find(KeyRef key) const;
  // Returns the next row of the same key as `row`, -1 where there is none.
  int32_t next(int32_t row) const;
  size_t memory_bytes() const { return (heads_.size() + next_.size()) * sizeof(int32_t); }

 private:
  int32_t first_equal(int32_t row, KeyRef key) const;

  const KeyBatch* keys_ = nullptr;
  std::vector<int32_t> heads_;  // by hash; a power of two
  std::vector<int32_t> next_;   // by row: the next row of its bucket
};

}  // namespace tidemill
