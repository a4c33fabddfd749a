// sim/changes_workload.h - an updating job: counts a key, then how many keys have each count. Rule: every row of the
// first count takes back the one before, so that the second must retract across an exchange.
#pragma once
#include "sim/workload.h"

namespace tidemill::sim {

std::unique_ptr<Workload> draw_changes_workload(Random& random);

}  // namespace tidemill::sim
