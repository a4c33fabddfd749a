// state/distinct_counts.h - companion (key, value) ▸ how often: COUNT(DISTINCT …), SUM(DISTINCT …). Rule: a pair has a
// count for each aggregate of the argument; one whose counts are all 0 is gone.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "state/record_table.h"

namespace tidemill {

class DistinctCounts {
 public:
  DistinctCounts(PageTable& pages, const TableDescriptor& owner, const CompanionDescriptor& companion);

  // Layout of the pairs: the owner's key columns, then the value columns. NULL values are the caller's to leave out.
  const KeyLayoutPtr& pair_layout() const { return table_.key_layout(); }
  int64_t size() const { return table_.size(); }

  int32_t counts_of_pair() const { return counts_; }

  // Adds deltas (negative: retraction) to the pairs, in row order: those of one pair's counts one behind the other. A
  // transition is 1 where the pair came to be counted (its count rose above 0), -1 where it ceased to be, otherwise 0.
  // Requires: spans of counts_of_pair() for each of `pairs` or `rows`.
  void add(const KeyBatch& pairs, std::span<const int64_t> deltas, std::span<int8_t> transitions);
  void add(const KeyBatch& pairs, std::span<const int32_t> rows, std::span<const int64_t> deltas,
           std::span<int8_t> transitions);

  // Visits all pairs in insertion order, up to RecordTable::kScanRows a call. Counts may be negative: retractions that
  // came first; there are counts_of_pair() for each pair.
  void scan(const std::function<void(const KeyBatch& pairs, std::span<const int64_t> counts)>& visit) const;

  // Adds all counts of `other`, whose layout is the same.
  void merge_from(const DistinctCounts& other);

  // The pairs as records, for snapshots and views.
  RecordTable& table() { return table_; }
  const RecordTable& table() const { return table_; }

 private:
  const int32_t counts_;
  RecordTable table_;
  std::vector<int32_t> rows_;  // scratch of add()
  std::vector<std::byte*> records_;
  std::vector<uint8_t> created_;
  std::vector<int32_t> gone_;
};

// Appends to `keys` the first columns of each pair: the owner's keys. Requires: the layout of `keys` is that of the
// owner.
void owner_keys(const KeyBatch& pairs, KeyBatch& keys);

}  // namespace tidemill
