#include "operators/session_keys.h"

#include "operators/key_columns.h"

namespace tidemill {

std::vector<Type> session_key_types(std::vector<Type> key_types) {
  key_types.push_back(Type::big_int().not_null());
  return key_types;
}

std::vector<ColumnPtr> session_key_columns(std::vector<ColumnPtr> key_columns, const std::vector<int64_t>& sessions) {
  ColumnBuilder ids(Type::big_int().not_null());
  ids.reserve(static_cast<int32_t>(sessions.size()));
  for (const int64_t session : sessions) ids.append(session);
  key_columns.push_back(ids.finish());
  return key_columns;
}

void assign_due_keys(const SessionIntervals& intervals, const std::vector<SessionIntervals::Due>& due, KeyBatch& keys) {
  std::vector<int32_t> rows;
  std::vector<int64_t> sessions;
  for (const SessionIntervals::Due& session : due) {
    rows.push_back(session.key);
    sessions.push_back(session.interval.session);
  }
  std::vector<ColumnPtr> columns;
  for (const ColumnPtr& key : decoded_keys(intervals.due_keys())) columns.push_back(key->take(rows));
  keys.assign(session_key_columns(std::move(columns), sessions), static_cast<int32_t>(due.size()));
}

}  // namespace tidemill
