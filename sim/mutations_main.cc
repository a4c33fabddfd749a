// Puts one deliberate defect in at a time, and demands that a simulation finds it. Prints which one did, and how soon.
#include <fmt/format.h>

#include <cstdio>
#include <string>

#include "sim/changes_workload.h"
#include "sim/kill_run.h"
#include "sim/mutations.h"
#include "sim/number_options.h"
#include "sim/window_workload.h"

namespace tidemill::sim {
namespace {

struct Suite {
  std::string_view name;
  DrawWorkload draw;
  FaultProfile profile;
};

const Suite kSuites[] = {
    {"sim_window", draw_window_workload, FaultProfile::kMixed},
    {"sim_changes", draw_changes_workload, FaultProfile::kMixed},
    {"sim_window", draw_window_workload, FaultProfile::kPowerCuts},
    {"sim_changes", draw_changes_workload, FaultProfile::kPowerCuts},
};

// Runs seed after seed in each suite until one fails; returns whether one did.
bool find(const Mutation& mutation, uint64_t first, uint64_t last) {
  for (uint64_t seed = first; seed <= last; ++seed) {
    for (const Suite& suite : kSuites) {
      const RunOptions options{suite.profile, std::string(mutation.name)};
      const RunResult result = run_with_kills(suite.draw, seed, options);
      if (result.failure.empty()) continue;
      const std::string by = fmt::format("{} --faults {}", suite.name, profile_name(suite.profile));
      fmt::print("{:<32} | {:<31} | {:>3} | {}\n", mutation.name, by, seed - first + 1,
                 result.failure.substr(0, result.failure.find('\n')));
      return true;
    }
  }
  fmt::print("{:<32} | FOUND BY NOTHING: {}\n", mutation.name, mutation.what);
  return false;
}

int run(uint64_t first, uint64_t last) {
  fmt::print("{:<32} | {:<31} | {} | {}\n", "mutation", "caught by", "after seeds", "how");
  int missed = 0;
  for (const Mutation& mutation : all_mutations()) missed += find(mutation, first, last) ? 0 : 1;
  fmt::print("{} mutations, seeds {}..{}: {} not found\n", all_mutations().size(), first, last, missed);
  return missed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace tidemill::sim

int main(int argc, char** argv) {
  tidemill::sim::NumberOptions options{{"--seeds", 1, 200}};
  if (!options.parse(argc, argv)) return 2;
  return tidemill::sim::run(options.first("--seeds"), options.last("--seeds"));
}
