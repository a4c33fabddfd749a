#include "operators/session_rows.h"

#include "operators/session_keys.h"

namespace tidemill {

void SessionRows::place(SessionIntervals& intervals, const KeyBatch& keys, WindowRows& rows) {
  sessions_.assign(static_cast<size_t>(keys.num_rows()), 0);
  rows_.clear();
  merges_.clear();
  for (int32_t row = 0; row < keys.num_rows(); ++row) {
    const EpochMillis time = rows.times()[static_cast<size_t>(row)];
    const SessionIntervals::Placement& placement = intervals.place(keys[row], time, rows.watermark(row));
    if (placement.late) {
      rows.drop(row, time_.fires_at(time + gap_), time, time + gap_);
      continue;
    }
    sessions_[static_cast<size_t>(row)] = placement.session;
    rows_.push_back(row);
    for (const int64_t absorbed : placement.absorbed) merges_.push_back({row, placement.session, absorbed});
  }
}

void SessionRows::assign_merge_keys(const std::vector<ColumnPtr>& key_columns, KeyBatch& keys) const {
  // The key of both sessions is that of the row that joined them.
  std::vector<int32_t> rows;
  std::vector<int64_t> sessions;
  for (const Merge& merge : merges_) {
    rows.insert(rows.end(), {merge.row, merge.row});
    sessions.insert(sessions.end(), {merge.into, merge.from});
  }
  std::vector<ColumnPtr> columns;
  for (const ColumnPtr& column : key_columns) columns.push_back(column->take(rows));
  keys.assign(session_key_columns(std::move(columns), sessions), static_cast<int32_t>(rows.size()));
}

}  // namespace tidemill
