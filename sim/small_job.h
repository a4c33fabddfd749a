// sim/small_job.h - one job of a seed that is always laid out in the same way: what programs use that vary one fault
// and nothing else. Rule: checkpoints hold what changed, whatever the size of the state.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>

#include "env/simulated/simulated_environment.h"
#include "job/job_execution.h"
#include "sim/workload.h"

namespace tidemill::sim {

// The environment is borrowed; what survives a kill is there and in rows().
class SmallJob {
 public:
  SmallJob(const DrawWorkload& draw, uint64_t seed, SimulatedEnvironment& environment);

  // Makes an attempt, to be started. With `spill` all of its state is.
  std::unique_ptr<JobExecution> attempt(bool spill);
  // Starts and runs it, with a checkpoint asked for every few steps, until it has completed `checkpoints` of them, or
  // to its end where that is nullopt. Throws what ends it.
  void run(JobExecution& job, std::optional<int64_t> checkpoints);

  CommittedRows& rows() { return rows_; }
  const Expectation& expected() const { return expected_; }
  std::string description() const { return workload_->description(); }

 private:
  SimulatedEnvironment& environment_;
  const std::unique_ptr<Workload> workload_;
  const Expectation expected_;
  CommittedRows rows_;
};

constexpr std::string_view kSmallJobDirectory = "checkpoints";

}  // namespace tidemill::sim
