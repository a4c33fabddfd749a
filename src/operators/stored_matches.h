// operators/stored_matches.h - what a partition's matches may become, in state. Rule: a record a beginning or waiting
// match, in the order of their lists; runs of rows are pairs of numbers, variable and length, seven bits a byte.
#pragma once
#include <vector>

#include "operators/match_aggregates.h"
#include "operators/match_rows.h"
#include "state/ordered_table.h"
#include "state/state_store.h"
#include "state/value_fields.h"

namespace tidemill {

class StoredMatches {
 public:
  StoredMatches();
  // Declares the table of this store.
  void open(StateStore& state, const std::vector<Type>& key_types);

  const KeyLayoutPtr& key_layout() const { return table_->key_layout(); }
  // Reads the partition's live matches. Accumulators that are not those of `aggregates` are left out.
  void load(MatchPartition& partition, const MatchAggregates& aggregates) const;
  // Stores them over what was there.
  void save(const MatchPartition& partition);

 private:
  ValueFields fields_;
  OrderedTable* table_ = nullptr;  // (partition, first row, number) ▸ match; owned by the state store
};

}  // namespace tidemill
