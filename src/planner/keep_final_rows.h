// planner/keep_final_rows.h - batch mode: whatever the query is, rows come out once. Rule: nothing is added where the
// plan gives new rows only.
#pragma once
#include <vector>

#include "plan/passes/changelog.h"

namespace tidemill {

// Returns the plans of a job in batch mode with a FinalRowsNode on top, in front of the sink where there is one,
// wherever rows would be updated or taken back.
std::vector<PlanPtr> keep_final_rows(const std::vector<PlanPtr>& roots, const TableTraits& tables);

}  // namespace tidemill
