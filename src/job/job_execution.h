// job/job_execution.h - runs one job graph to its end on an environment. Rule: it begins at the newest good checkpoint
// of its directory, or at the start where there is none; an error ends the attempt and comes out as it was thrown.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "checkpoint/checkpoint_directory.h"
#include "checkpoint/coordinator.h"
#include "checkpoint/plan_comparison.h"
#include "checkpoint/transaction_decider.h"
#include "env/environment.h"
#include "job/progress_publishing.h"
#include "job/restart_strategy.h"
#include "job/starting_point.h"
#include "runtime/execution_graph.h"
#include "runtime/job_graph.h"
#include "runtime/job_metrics.h"

namespace tidemill {

struct JobOptions {
  RuntimeOptions runtime;
  std::string checkpoint_directory = {};      // empty: none is kept, and a restart begins anew
  DurationMillis checkpoint_interval_ms = 0;  // 0: only when asked
  std::string savepoint_directory = {};       // where savepoints go that name no place
  DurationMillis publish_interval_ms = 0;     // publish epochs; 0: none
  int32_t checkpoints_retained = kCheckpointsRetainedDefault;
  // Of state, rows on their way and buffers: above it, state is spilled and sources wait (state/memory_budget.h).
  int64_t state_memory_bytes = MemoryBudget::kUnlimited;
  std::string spill_directory = {};            // empty: nothing is spilled, whatever state takes
  DurationMillis checkpoint_timeout_ms = 0;    // one that takes longer is given up; 0: never
  DurationMillis checkpoint_min_pause_ms = 0;  // between one and the next by the interval
  int64_t checkpoint_failures_tolerated = 0;   // in a row
  RecoveryOptions recovery = {};
  RestartOptions restart = {};                 // of the job that attempts belong to
  CheckpointStatistics statistics = {};        // of earlier attempts
  std::function<void(std::string)> tell = {};  // takes what the user should know; any thread; empty: nobody
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

  // Hands on the lock of the checkpoint directory, so that nobody comes between two attempts. Before start(); after the
  // end.
  void take_lock(std::unique_ptr<FileLock> lock) { lock_ = std::move(lock); }
  std::unique_ptr<FileLock> give_lock() { return std::move(lock_); }

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

  // Begins an epoch. Any thread.
  void trigger(EpochRequest request);
  // Begins an epoch of this kind and copies it into the new directory `directory`, a savepoint. Requires: checkpoints
  // are kept. Any thread.
  void save(BarrierKind kind, const std::string& directory, std::function<void(EpochResult)> done);
  // Ends an unbounded job cleanly: what was read so far is finished and its epoch decided; windows stay open. `done` as
  // for EpochRequest. Any thread.
  void stop(std::function<void(EpochResult)> done = {});
  // Ends the job at once. Any thread.
  void cancel();
  // Lets sources look for new rows now. Any thread.
  void poll_sources();

  // Asks every task how it stands; `done` as for EpochRequest. Any thread.
  void inspect(std::function<void(std::vector<TaskInspection>)> done);

  // Any thread, after start().
  JobMetrics metrics() const;
  // Bytes charged now. Any thread, at any time.
  MemoryUse memory_use() const;
  CheckpointStatistics checkpoint_statistics() const;
  // Requires: finished().
  JobSummary summary() const;
  // The epoch that the job began from, 0: from the start.
  int64_t restored_epoch() const { return start_.manifest ? start_.manifest->epoch : 0; }
  // Where the job began, for people: "goes on from checkpoint 7 in 'ck'"; empty: at the start, and nothing else was
  // there.
  const std::string& note() const { return start_.note; }
  // What the user should be told: damaged checkpoints that were passed over, how the plan differs from the
  // checkpoint's.
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  void prepare();
  std::unique_ptr<FileLock> lock_directory();
  void find_start();
  // Takes over the transaction of the job's sinks from earlier attempts, where they have one.
  void settle_transaction();
  Decider& decider();
  std::vector<ManifestOperator> operators() const;
  std::vector<SourceCoordination> coordinate_sources();
  std::map<std::string, std::unique_ptr<SinkCommitter>> make_committers();
  // Finishes what the starting point's outputs still need, and removes what is left of undecided ones.
  void recover_sinks(const std::map<std::string, SinkCommitter*>& committers);
  RestoredJob open_state();
  std::unique_ptr<SnapshotReader> open(const StatePart& part);
  CoordinatorOptions coordinator_options();
  // Compares the plan with the starting point's. Throws UserError where state would be lost that must not be.
  PlanComparison compare();
  void refuse_loss(const PlanComparison& comparison) const;

  const JobGraph graph_;
  Environment& environment_;
  const JobOptions options_;
  std::unique_ptr<FileLock> lock_;  // one process a directory
  std::unique_ptr<CheckpointDirectory> directory_;
  ForgetfulDecider forgetful_;
  std::string transaction_name_;  // what decides the epochs; empty: manifests do
  std::shared_ptr<EpochTransaction> transaction_;
  std::optional<int64_t> committed_epoch_;  // by the transaction, before this attempt
  std::unique_ptr<TransactionDecider> transaction_decider_;
  ProgressPublishing publishing_;
  StartingPoint start_;
  uint64_t job_tag_ = 0;  // of the checkpoint directory
  std::vector<std::string> warnings_;
  std::unique_ptr<Coordinator> coordinator_;
  std::unique_ptr<ExecutionGraph> execution_;  // after the coordinator: its tasks report to it until they go
};

}  // namespace tidemill
