// sim/query_workload.h - a random SQL query: projections, groups, windows, OVER, Top-N, joins, set operations, patterns,
// over rows that are only inserted or also taken back. Rule: made and answered by tests/differential/; planned as a
// user's query is, anew for every attempt.
#pragma once
#include "sim/workload.h"

namespace tidemill::sim {

std::unique_ptr<Workload> draw_query_workload(Random& random);

}  // namespace tidemill::sim
