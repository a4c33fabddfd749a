// operators/session_rows.h - the rows of a batch put into sessions. Rule: rows are placed in order; what is kept a
// session follows from sessions() and merges() alone.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "operators/session_intervals.h"
#include "operators/window_rows.h"

namespace tidemill {

class SessionRows {
 public:
  // Session `from` became part of session `into` when row `row` came.
  struct Merge {
    int32_t row = 0;
    int64_t into = 0;
    int64_t from = 0;
  };

  SessionRows(DurationMillis gap, const WindowTime& time) : gap_(gap), time_(time) {}

  // Places every row; keys[i] is that of row i. Late rows are noted in `rows`.
  void place(SessionIntervals& intervals, const KeyBatch& keys, WindowRows& rows);

  // Returns the session each row was placed in, 0: it is late.
  const std::vector<int64_t>& sessions() const { return sessions_; }
  // Returns the rows that are in a session, ascending.
  std::span<const int32_t> rows() const { return rows_; }
  const std::vector<Merge>& merges() const { return merges_; }
  // Replaces the content of `keys` (session_keys.h) by those of the sessions `into` and `from` of each merge, in turn.
  void assign_merge_keys(const std::vector<ColumnPtr>& key_columns, KeyBatch& keys) const;

 private:
  DurationMillis gap_;
  WindowTime time_;
  std::vector<int64_t> sessions_;
  std::vector<int32_t> rows_;
  std::vector<Merge> merges_;
};

}  // namespace tidemill
