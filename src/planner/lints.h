// planner/lints.h - what is legal but likely not meant. Rule: each names what will happen and what to write instead.
#pragma once
#include <string>
#include <vector>

#include "planner/job_planning.h"

namespace tidemill {

std::vector<std::string> lint(const PlannedJob& job);

}  // namespace tidemill
