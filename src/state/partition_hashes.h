// state/partition_hashes.h - which key group the records of a table belong to. Rule: the hash of the leading key
// columns that the exchange in front of the operator partitions by, which need not be all of them.
#pragma once
#include <cstdint>
#include <optional>
#include <span>

#include "state/key_batch.h"
#include "state/table_descriptor.h"

namespace tidemill {

class PartitionHashes {
 public:
  explicit PartitionHashes(const TableDescriptor& table);
  // Returns the hash that decides the key group, one a key; valid until the next call and as long as `keys`.
  std::span<const uint64_t> of(const KeyBatch& keys);

 private:
  std::optional<KeyBatch> leading_;  // none: the whole key decides
};

}  // namespace tidemill
