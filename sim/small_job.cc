#include "sim/small_job.h"

#include "base/check.h"

namespace tidemill::sim {
namespace {

constexpr int64_t kStepsBetweenCheckpoints = 25;
constexpr int64_t kStepsMax = 2'000'000;  // a job that takes longer goes round in circles
constexpr int32_t kRetained = 3;

std::unique_ptr<Workload> draw_workload(const DrawWorkload& draw, uint64_t seed) {
  SeededRandom random(seed);
  return draw(random);
}

}  // namespace

SmallJob::SmallJob(const DrawWorkload& draw, uint64_t seed, SimulatedEnvironment& environment)
    : environment_(environment), workload_(draw_workload(draw, seed)), expected_(workload_->expectation()) {}

std::unique_ptr<JobExecution> SmallJob::attempt(bool spill) {
  JobShape shape;
  shape.source_parallelism = 2;
  shape.keyed_parallelism = 2;
  JobOptions options;
  options.checkpoint_directory = kSmallJobDirectory;
  options.checkpoints_retained = kRetained;
  options.runtime.batch_rows = 7;
  options.runtime.channel_events = 2;
  options.runtime.check_contracts = true;
  options.runtime.small_state_bytes = 0;
  options.state_memory_bytes = spill ? 1 : MemoryBudget::kUnlimited;
  options.spill_directory = "spill";
  return std::make_unique<JobExecution>(workload_->job(shape, rows_), environment_.get(), options);
}

void SmallJob::run(JobExecution& job, std::optional<int64_t> checkpoints) {
  job.start();
  const SimulatedExecutor& executor = environment_.executor();
  const int64_t begin = executor.steps();
  while (!job.finished()) {
    const int64_t pause = executor.steps() + kStepsBetweenCheckpoints;
    job.run([&] { return executor.steps() >= pause; });
    if (checkpoints && job.checkpoint_statistics().completed >= *checkpoints) return;
    CHECK_MSG(executor.steps() - begin < kStepsMax, "the job does not come to its end");
    if (!job.finished()) job.trigger({BarrierKind::kCheckpoint});
  }
}

}  // namespace tidemill::sim
