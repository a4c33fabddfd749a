// operators/whole_table.h - a table read whole into memory, and found by key there. Rule: it is what the source held
// when it was read; changes that the source gives are folded.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "connectors/spi/source.h"
#include "operators/key_index.h"

namespace tidemill {

class WholeTable {
 public:
  // Reads the source to its present end. May block: I/O pool. `keys`: columns of the source. Throws what reading
  // throws.
  WholeTable(const Source& source, std::span<const int32_t> keys, const KeyLayoutPtr& layout, Environment& environment);
  WholeTable(const WholeTable&) = delete;
  WholeTable& operator=(const WholeTable&) = delete;

  const std::shared_ptr<const Batch>& rows() const { return rows_; }
  // Appends the rows of this key, in the order in which they were read.
  void find(KeyRef key, std::vector<int32_t>& rows) const;
  size_t memory_bytes() const { return memory_bytes_; }

 private:
  std::shared_ptr<const Batch> rows_;
  KeyBatch keys_;
  KeyIndex index_;
  size_t memory_bytes_ = 0;
};

}  // namespace tidemill
