// plan/passes/determinism.h - refuses plans whose updates could not be taken back. Rule: a value that is another one
// each time it is computed (NOW(), CURRENT_WATERMARK) never decides which row a retraction removes.
#pragma once
#include <vector>

#include "plan/passes/changelog.h"

namespace tidemill {

// Throws UserError naming the function and its place, where a row that may be taken back has a column, or passes a
// filter, that is not deterministic, and somebody needs it to find the row: a sink without primary key all columns, one
// that takes changes by key those of the key, an aggregate what it reads. (After Flink's
// table.optimizer.non-deterministic-update.strategy = TRY_RESOLVE, without its materialising.)
void check_deterministic_updates(const std::vector<PlanPtr>& roots, const Changelog& changelog,
                                 const TableTraits& tables);

}  // namespace tidemill
