// operators/match_lookahead.h - rows of MATCH_RECOGNIZE that wait for the next ones of their partition, because NEXT
// looks at them. Rule: a row has its turn once so many more have come, or once none will; time that has passed waits
// with it.
#pragma once
#include <cstdint>
#include <optional>

#include "operators/match_rows.h"
#include "state/record_table.h"
#include "state/state_store.h"
#include "state/timer_queue.h"

namespace tidemill {

class MatchLookahead {
 public:
  // `rows`: how many rows ahead NEXT looks at most; 0: rows do not wait, and nothing is kept.
  explicit MatchLookahead(int64_t rows) : rows_(rows) {}

  bool enabled() const { return rows_ > 0; }
  // Declares the tables.
  void open(StateStore& state, const std::vector<Type>& key_types);

  // Reads where the partition has come. Requires: first_new is set.
  void load(MatchPartition& partition) const;
  // Gives the partition its next row, and a turn to the row that need not wait any more: returns its number, nullopt
  // where all still wait.
  std::optional<int64_t> add(MatchPartition& partition, int32_t batch_row) const;
  // Returns the time of the first row that waits, nullopt where none does.
  std::optional<EpochMillis> waiting_since(const MatchPartition& partition, const MatchRows& rows) const;
  // True where a row that waits may still be part of a match that ends before `time`.
  bool waits_before(const MatchPartition& partition, const MatchRows& rows, EpochMillis time) const;
  // Stores where the partition has come. `kept`: some rows of it are kept.
  void save(const MatchPartition& partition, const MatchRows& rows, bool kept);

  // Takes up to `max` partitions with rows that wait, by the times of their first ones; false where there are none.
  bool take(int32_t max, DueTimers& partitions);
  // Returns the time of the first row that waits, of all partitions.
  std::optional<EpochMillis> earliest() const;

 private:
  int64_t rows_;
  // Owned by the state store.
  RecordTable* turns_ = nullptr;  // partition ▸ number of the first row that waits, where that is not the first of all
  uint32_t turn_offset_ = 0;
  TimerQueue* waiting_ = nullptr;  // (time of the first row that waits, partition)
};

}  // namespace tidemill
