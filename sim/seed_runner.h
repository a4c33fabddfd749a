// sim/seed_runner.h - the command line of the simulations. Rule: a failing seed is printed with the command that
// repeats it.
#pragma once
#include "sim/workload.h"

namespace tidemill::sim {

// Runs `program [--seeds FIRST..LAST] [--faults PROFILE] [--mutation NAME] [--expect-failure]` and prints one line;
// returns the exit code.
int run_seeds(int argc, char** argv, const DrawWorkload& draw);

}  // namespace tidemill::sim
