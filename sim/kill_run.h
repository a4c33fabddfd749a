// sim/kill_run.h - one seed: a job that is killed and restored until it ends. Rule: what its sink shows, how many rows
// it read and how many it dropped as late must be what the plain evaluator says, however often it was killed.
//
// Only where writes land elsewhere may it end without: by refusing to go on, in words that name the damaged files.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sim/workload.h"

namespace tidemill::sim {

// What goes wrong besides kills.
enum class FaultProfile : uint8_t {
  kMixed,        // some of everything that must not be noticed
  kPowerCuts,    // each killed attempt ends with a power cut, half of them in the midst of file calls
  kMisdirected,  // writes to files land elsewhere: found at a restart, or never read
  kDiskFull,     // the disk is full during checkpoints, and has room again later
};
std::string_view profile_name(FaultProfile profile);
std::optional<FaultProfile> profile_of(std::string_view name);

struct RunOptions {
  FaultProfile profile = FaultProfile::kMixed;
  std::string mutation;  // a name of sim/mutations.h; empty: none
};

struct RunResult {
  std::string failure;      // empty: as expected
  std::string description;  // of the workload
  uint64_t trace = 0;       // hash of every scheduling choice: equal for equal seeds
  int64_t kills = 0;
  int64_t restores = 0;  // attempts that began at a checkpoint
  int64_t checkpoints = 0;
  int64_t failures = 0;  // attempts that a failing file call ended
  int64_t power_cuts = 0;
  int64_t passed_over = 0;  // checkpoints that a restart found damaged
  int64_t refused = 0;      // 1: all that were left were damaged, and the job said so
  int64_t steps = 0;
};

// Runs a seed. The result depends on nothing else.
RunResult run_with_kills(const DrawWorkload& draw, uint64_t seed, const RunOptions& options);

}  // namespace tidemill::sim
