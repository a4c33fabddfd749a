// sim/kill_run.h - one seed: a job that is killed and restored until it ends. Rule: what its sink shows, how many rows
// it read and how many it dropped as late must be what the plain evaluator says, however often it was killed.
#pragma once
#include <cstdint>
#include <string>

#include "sim/workload.h"

namespace tidemill::sim {

// Deliberate defects: a run with one of them must fail (for enough seeds), or the simulation tests nothing.
enum class Defect : uint8_t {
  kNone,
  kSkipAlignment,  // barriers pass a task before all its inputs have delivered them
  kDropTimer,      // a restored operator loses one timer
};

struct RunResult {
  std::string failure;      // empty: as expected
  std::string description;  // of the workload
  uint64_t trace = 0;       // hash of every scheduling choice: equal for equal seeds
  int64_t kills = 0;
  int64_t restores = 0;  // attempts that began at a checkpoint
  int64_t checkpoints = 0;
  int64_t failures = 0;  // attempts that a failing file call ended
  int64_t steps = 0;
};

// Runs a seed. The result depends on nothing else.
RunResult run_with_kills(const DrawWorkload& draw, uint64_t seed, Defect defect);

}  // namespace tidemill::sim
