// planner/normalize_sources.h - tables whose changes may come twice. Rule: such a table has a primary key, by which a
// change that came before is known.
#pragma once
#include <vector>

#include "base/config.h"
#include "plan/passes/changelog.h"
#include "plan/plan_node.h"

namespace tidemill {

// Returns the bound plans with a ChangelogNormalizeNode over every scan of a table with changes, where
// table.exec.source.cdc-events-duplicate says so. Throws UserError for such a table without a primary key.
std::vector<PlanPtr> normalize_sources(const std::vector<PlanPtr>& roots, const TableTraits& tables,
                                       const Config& config);

}  // namespace tidemill
