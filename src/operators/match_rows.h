// operators/match_rows.h - the rows that matches are made of. Rule: a partition's rows are numbered as they are
// matched; those of the batch at hand are read there, earlier ones in state.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "data/batch.h"
#include "operators/pattern_matcher.h"
#include "state/ordered_table.h"
#include "state/state_store.h"
#include "state/value_fields.h"

namespace tidemill {

// What is in hand of one partition, for the time of one call.
struct MatchPartition {
  KeyRef key;
  LiveMatches live;
  int64_t next = 0;               // number of the next row to be matched
  int64_t first_new = 0;          // of the first row of the batch
  std::vector<int32_t> new_rows;  // rows of the batch, in order
  int64_t matches = 0;            // that came out, where they are numbered
  bool had_live = false;          // there are live matches in state
  int64_t stored_next = 0;        // `next` as it is in state: match_lookahead.h

  // Returns how many rows have been numbered; those from `next` on wait for their turn.
  int64_t arrived() const { return first_new + static_cast<int64_t>(new_rows.size()); }
};

class MatchRows {
 public:
  // `timed`: a row's time is kept as well, a last column of BIGINT, in milliseconds.
  MatchRows(std::vector<Type> types, bool timed) : values_(with_time(std::move(types), timed)) {}

  void open(StateStore& state, const std::vector<Type>& key_types);
  // The batch that new rows are in; it must outlive this use.
  void begin(const Batch& batch) { batch_ = &batch; }

  // Returns the number that the partition's next row gets.
  int64_t next_number(KeyRef key) const;
  // Appends a column of a row; NULL where there is no such row any more, or there never was.
  void append(const MatchPartition& partition, int64_t row, int32_t column, ColumnBuilder& values) const;
  // Returns the row's time. Requires: a timed row that is kept or new.
  EpochMillis time(const MatchPartition& partition, int64_t row) const;
  // Keeps the rows from number `from` on and forgets the others.
  void keep_from(const MatchPartition& partition, int64_t from);

  const std::vector<Type>& types() const { return values_.types(); }

 private:
  static std::vector<Type> with_time(std::vector<Type> types, bool timed);

  ValueFields values_;
  OrderedTable* table_ = nullptr;  // (partition, number) ▸ row; owned by the state store
  const Batch* batch_ = nullptr;
};

}  // namespace tidemill
