// Lets the N-th file call of a run fail, for every N (or every stride-th one) until a run has no failure. The run has
// several checkpoints, a restore, and an end; after the failure the job is started again, and must end right.
#include <fmt/format.h>

#include <cstdio>
#include <string>

#include "base/error.h"
#include "sim/changes_workload.h"
#include "sim/differences.h"
#include "sim/number_options.h"
#include "sim/small_job.h"
#include "sim/window_workload.h"

namespace tidemill::sim {
namespace {

constexpr int64_t kCheckpointsBeforeKill = 3;
constexpr int kAttemptsMax = 5;  // one fails, one is killed, one ends

// How the N-th call fails.
struct Failure {
  int64_t nth = 1;
  bool all_after = false;
  bool power_cut = false;  // after the attempt that it ends
};

struct Outcome {
  bool failed = false;     // a call did
  std::string difference;  // empty: ended right
};

Outcome run_with(const DrawWorkload& draw, uint64_t seed, const Failure& failure) {
  SimulatedEnvironment environment(seed);
  SeededRandom cut(seed);
  SmallJob small(draw, seed, environment);
  Outcome outcome;
  bool killed = false;
  environment.files().fail_call(failure.nth, failure.all_after);
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    const std::unique_ptr<JobExecution> job = small.attempt(seed % 2 == 0);
    try {
      small.run(*job, killed ? std::nullopt : std::optional(kCheckpointsBeforeKill));
      if (job->finished()) {
        outcome.difference = differences(small.expected(), small.rows(), job->summary());
        return outcome;
      }
      killed = true;
      environment.executor().crash();
    } catch (const TransientError&) {
      outcome.failed = true;
      environment.executor().crash();
      environment.files().no_call_fails();
      if (failure.power_cut) environment.files().power_cut(cut);
    } catch (const std::exception& error) {
      outcome.difference = error.what();
      environment.executor().crash();
      return outcome;
    }
  }
  outcome.difference = "does not come to its end";
  return outcome;
}

struct Sum {
  int64_t runs = 0;
  int64_t failed = 0;
};

void sweep(std::string_view workload, const DrawWorkload& draw, uint64_t seed, int64_t stride, Sum& sum) {
  for (const Failure kind : {Failure{1, false, false}, Failure{1, true, false}, Failure{1, true, true}}) {
    Failure failure = kind;
    for (Outcome outcome{true, ""}; outcome.failed; failure.nth += stride) {
      outcome = run_with(draw, seed, failure);
      ++sum.runs;
      if (outcome.difference.empty()) continue;
      ++sum.failed;
      fmt::print("FAILED {} seed {}, call {} fails{}{}: {}\n", workload, seed, failure.nth,
                 failure.all_after ? " and all after it" : "", failure.power_cut ? ", then the power" : "",
                 outcome.difference);
    }
  }
}

int run(uint64_t first, uint64_t last, int64_t stride) {
  Sum sum;
  for (uint64_t seed = first; seed <= last; ++seed) {
    sweep("window", draw_window_workload, seed, stride, sum);
    sweep("changes", draw_changes_workload, seed, stride, sum);
  }
  fmt::print("one in {} file calls failing once, or for good, or with the power, seeds {}..{}: {} runs, {} failed\n",
             stride, first, last, sum.runs, sum.failed);
  return sum.failed == 0 && sum.runs > 0 ? 0 : 1;
}

}  // namespace
}  // namespace tidemill::sim

int main(int argc, char** argv) {
  tidemill::sim::NumberOptions options{{"--seeds", 1, 2}, {"--stride", 1, 1}};
  if (!options.parse(argc, argv)) return 2;
  return tidemill::sim::run(options.first("--seeds"), options.last("--seeds"),
                            static_cast<int64_t>(options.first("--stride")));
}
