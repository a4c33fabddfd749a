// operators/session_keys.h - keys of what is kept a session: the key columns, then the session's id. Rule: the key
// columns alone decide the key group.
#pragma once
#include <vector>

#include "operators/session_intervals.h"

namespace tidemill {

// Returns the key types of such a table; declare it with partition_columns = key_types.size().
std::vector<Type> session_key_types(std::vector<Type> key_types);

// Returns the key columns with a column of the session ids, a row each.
std::vector<ColumnPtr> session_key_columns(std::vector<ColumnPtr> key_columns, const std::vector<int64_t>& sessions);

// Replaces the content of `keys` by those of sessions that SessionIntervals::take_due() gave.
void assign_due_keys(const SessionIntervals& intervals, const std::vector<SessionIntervals::Due>& due, KeyBatch& keys);

}  // namespace tidemill
