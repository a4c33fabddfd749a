// planner/materialize_sinks.h - which tables with a primary key need what keeps the rows of each key in front of them,
// and who must say ON CONFLICT. Rule: Flink 2.3's (FLIP-558).
#pragma once
#include <vector>

#include "base/config.h"
#include "plan/passes/changelog.h"
#include "plan/plan_node.h"

namespace tidemill {

// Returns the plans with SinkMaterializeNodes where they are needed. Throws UserError: ON CONFLICT is missing, or
// stands where it cannot. Streaming mode only.
std::vector<PlanPtr> materialize_sinks(const std::vector<PlanPtr>& roots, const TableTraits& tables,
                                       const Config& config);

}  // namespace tidemill
