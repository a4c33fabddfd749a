// job/job_execution.h - runs one job graph to its end on an environment. Rule: it begins at the newest good checkpoint
// of its directory, or at the start where there is none; an error ends the attempt and comes out as it was thrown.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "checkpoint/checkpoint_directory.h"
#include "checkpoint/coordinator.h"
#include "env/environment.h"
#include "runtime/execution_graph.h"
#include "runtime/job_graph.h"
#include "runtime/job_metrics.h"

namespace tidemill {

struct JobOptions {
  RuntimeOptions runtime;
  std::string checkpoint_directory = {};      // empty: none is kept, and a restart begins anew
  DurationMillis checkpoint_interval_ms = 0;  // 0: only when asked
  DurationMillis publish_interval_ms = 0;     // publish epochs; 0: none
  int32_t checkpoints_retained = kCheckpointsRetainedDefault;
  // Of state, rows on their way and buffers: above it, state is spilled and sources wait (state/memory_budget.h).
  int64_t state_memory_bytes = MemoryBudget::kUnlimited;
  std::string spill_directory = {};  // empty: nothing is spilled, whatever state takes
};

// One attempt. Made, started and destroyed by the thread that owns the executor; the rest as said.
class JobExecution {
 public:
  // `environment` is borrowed and outlives this.
  JobExecution(JobGraph graph, Environment& environment, JobOptions options);
  JobExecution(const JobExecution&) = delete;
  JobExecution& operator=(const JobExecution&) = delete;
  // Requires: finished(), or the executor has dropped all tasklets (a simulated crash). Where contracts are checked, it
  // is fatal if any byte is still charged when all parts are gone.
  ~JobExecution();

  // Discovers splits, recovers sinks, restores state, and hands everything to the executor. May block. Throws UserError
  // for what connectors refuse, for checkpoints that do not fit, and where another process has the directory.
  void start();
  // Steps the executor until this job has finished or `stop` returns true (empty: never). Rethrows what ended the job.
  void run(const std::function<bool()>& stop = {});
  const JobGraph& graph() const { return graph_; }
  // True once start() has returned.
  bool started() const { return execution_ != nullptr; }
  // True when nothing of the job runs any more. Any thread.
  bool finished() const;

  // Begins a checkpoint or savepoint; `done` is called on an executor thread, not at all when the job has finished
  // already. Any thread.
  void trigger(BarrierKind kind, std::function<void(EpochResult)> done = {});
  // Ends an unbounded job cleanly: what was read so far is finished and its epoch decided; windows stay open. `done` as
  // for trigger(). Any thread.
  void stop(std::function<void(EpochResult)> done = {});
  // Ends the job at once. Any thread.
  void cancel();
  // Lets sources look for new rows now. Any thread.
  void poll_sources();

  // Asks every task how it stands; `done` as for trigger(). Any thread.
  void inspect(std::function<void(std::vector<TaskInspection>)> done);

  // Any thread, after start().
  JobMetrics metrics() const;
  // Bytes charged now. Any thread, at any time.
  MemoryUse memory_use() const;
  CheckpointStatistics checkpoint_statistics() const;
  // Requires: finished().
  JobSummary summary() const;
  // The epoch that the job began from, 0: from the start.
  int64_t restored_epoch() const { return restored_epoch_; }
  // What the user should be told: damaged checkpoints that were passed over, state that no operator takes up.
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  void prepare();
  std::unique_ptr<FileLock> lock_directory();
  std::optional<Manifest> last_checkpoint();
  std::vector<SourceCoordination> coordinate_sources(const std::optional<Manifest>& manifest);
  std::map<std::string, std::unique_ptr<SinkCommitter>> recover_sinks(const std::optional<Manifest>& manifest);
  RestoredJob open_state(const Manifest& manifest);

  const JobGraph graph_;
  Environment& environment_;
  const JobOptions options_;
  std::unique_ptr<FileLock> lock_;  // one process a directory
  std::unique_ptr<CheckpointDirectory> directory_;
  ForgetfulDecider forgetful_;
  int64_t restored_epoch_ = 0;
  int64_t first_epoch_ = 1;
  uint64_t job_tag_ = 0;  // of the checkpoint directory
  std::vector<std::string> warnings_;
  std::unique_ptr<Coordinator> coordinator_;
  std::unique_ptr<ExecutionGraph> execution_;  // after the coordinator: its tasks report to it until they go
};

}  // namespace tidemill
