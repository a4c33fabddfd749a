// plan/explain.h - plans as text, in the form Flink's EXPLAIN has. Rule: golden-tested; tools and people read it.
#pragma once
#include <string>
#include <vector>

#include "plan/passes/changelog.h"
#include "plan/passes/costs.h"
#include "plan/plan_node.h"

namespace tidemill {

// Return one tree a root, drawn with ":-" and "+-", each line a node. A tree of more than 1,000 nodes is drawn like
// the plan as it will run, because sharing can make it double at each level.
// The plan as bound: columns by number.
std::string explain_logical(const std::vector<PlanPtr>& roots);
// The plan as optimised: columns by name, exchanges shown; row kinds where `changelog` is given, estimates where
// `costs` are.
std::string explain_physical(const std::vector<PlanPtr>& roots, const Changelog* changelog, const PlanCosts* costs);
// The plan as it will run: a part that several nodes read is drawn once.
std::string explain_execution(const std::vector<PlanPtr>& roots);

}  // namespace tidemill
