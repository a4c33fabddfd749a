// planner/mini_batch.h - table.exec.mini-batch.*: which operators of a job gather changes. Rule: streaming jobs only;
// what Flink refuses is refused alike.
#pragma once
#include <vector>

#include "base/config.h"
#include "plan/plan_node.h"

namespace tidemill {

// Returns the optimised plans of one streaming job with every node that emits changes gathering them, where
// mini-batches are switched on; the plans as they are otherwise. Throws UserError where the settings do not go
// together.
std::vector<PlanPtr> apply_mini_batch(const std::vector<PlanPtr>& roots, const Config& config);

}  // namespace tidemill
