#include "state/partition_hashes.h"

#include "base/check.h"
#include "state/distinct_counts.h"

namespace tidemill {

PartitionHashes::PartitionHashes(const TableDescriptor& table) {
  const auto columns = static_cast<size_t>(table.partition_columns);
  if (table.partition_columns < 0 || columns == table.key_types.size()) return;
  CHECK_MSG(columns < table.key_types.size(), "table {} is partitioned by {} columns", table.name, columns);
  leading_.emplace(make_key_layout({table.key_types.begin(), table.key_types.begin() + table.partition_columns}));
}

std::span<const uint64_t> PartitionHashes::of(const KeyBatch& keys) {
  if (!leading_) return keys.hashes();
  leading_->clear();
  owner_keys(keys, *leading_);
  return leading_->hashes();
}

}  // namespace tidemill
