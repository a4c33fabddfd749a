// planner/flink_limits.h - what of a plan Apache Flink refuses, for `tidemill check --target flink`. Rule: what depends
// on types and plans stands here, what the text alone tells in builtins/flink_extensions.h.
#pragma once
#include <vector>

#include "base/error.h"
#include "planner/job_planning.h"

namespace tidemill {

// Returns an error for each finding, without a place; none is thrown.
std::vector<UserError> flink_limits(const PlannedJob& job);

}  // namespace tidemill
