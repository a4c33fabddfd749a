// state/companion_set.h - the companion tables of one record table. Rule: they live in the same pages as their owner
// and die with it.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "state/page_table.h"
#include "state/table_descriptor.h"

namespace tidemill {

class DistinctCounts;
class OrderedValues;
class OrderedSequence;

class CompanionSet {
 public:
  CompanionSet(PageTable& pages, const TableDescriptor& owner);
  CompanionSet(const CompanionSet&) = delete;
  CompanionSet& operator=(const CompanionSet&) = delete;
  ~CompanionSet();

  int32_t size() const { return static_cast<int32_t>(companions_.size()); }
  // Requires: the companion at this place of the descriptor is of this kind.
  DistinctCounts& distinct_counts(int32_t companion) const;
  OrderedValues& ordered_values(int32_t companion) const;
  OrderedSequence& ordered_sequence(int32_t companion) const;

  void merge_from(const CompanionSet& other);
  void clear();
  void maintain();
  size_t index_bytes() const;

 private:
  struct Companion {
    std::unique_ptr<DistinctCounts> distinct_counts;  // exactly one of the three is there
    std::unique_ptr<OrderedValues> ordered_values;
    std::unique_ptr<OrderedSequence> ordered_sequence;
  };
  std::vector<Companion> companions_;
};

}  // namespace tidemill
