// planner/normalize_sources.h - tables whose changes are not whole: they may come twice, or tell no old row. Rule: such
// a table has a primary key, by which the row that a change replaces is known.
#pragma once
#include <vector>

#include "base/config.h"
#include "plan/passes/changelog.h"
#include "plan/plan_node.h"

namespace tidemill {

// Returns the bound plans with a ChangelogNormalizeNode over every scan of a table of upserts and, where
// table.exec.source.cdc-events-duplicate says so, of every table with changes. Throws UserError for such a table
// without a primary key.
std::vector<PlanPtr> normalize_sources(const std::vector<PlanPtr>& roots, const TableTraits& tables,
                                       const Config& config);

}  // namespace tidemill
