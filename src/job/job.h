// job/job.h - a job that people and programs can name, watch and end. Rule: what is asked of it in a state that does
// not allow it is refused with a reason, and changes nothing.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "job/job_execution.h"
#include "job/job_state.h"

namespace tidemill {

// What everybody may know of a job, at one moment.
struct JobStatus {
  std::string id;
  std::string name;
  JobState state = JobState::kCreated;
  EpochMillis now = 0;                    // when this was taken, wall ms
  EpochMillis started = kNoWatermark;     // wall ms; kNoWatermark: not yet
  bool bounded = false;                   // it ends by itself
  std::string checkpoint_directory = {};  // empty: none
  int64_t restored_epoch = 0;             // 0: from the start
  CheckpointStatistics checkpoints;
  JobMetrics metrics;
};

struct JobSink {
  std::string id;  // of the operator
  std::string table;
  bool shows_rows_by_epoch = false;  // its rows are seen once their epoch is decided
};

// start() and run() belong to the thread that owns the executor; the rest is for any thread.
class Job {
 public:
  // Returned for what is asked: why it was refused, nullopt where it was taken.
  using Refusal = std::optional<std::string>;

  // `environment` is borrowed and outlives the job. `bounded`: it ends by itself.
  Job(std::string id, JobGraph graph, Environment& environment, JobOptions options, bool bounded);

  const std::string& id() const { return id_; }
  const std::string& name() const { return name_; }
  const std::string& checkpoint_directory() const { return checkpoint_directory_; }
  JobState state() const { return state_.get(); }

  // Hands the job to the executor. Throws what start() of JobExecution throws; the job has then failed. Requires: not
  // started yet. A job that was cancelled before stays as it is.
  void start();
  // Steps the executor until the job has ended, or `watch` (empty: nobody) returns true; it is called often. Rethrows
  // what the job failed of.
  void run(const std::function<bool()>& watch = {});

  // Begins a checkpoint or savepoint. `done` gets the result on an executor thread.
  Refusal trigger(BarrierKind kind, std::function<void(EpochResult)> done = {});
  // Ends the job cleanly: a last epoch, and what was read before it is finished. Asked again while it stops, the answer
  // is the same.
  Refusal stop(std::function<void(EpochResult)> done = {});
  // Ends the job at once; what its last epoch decided stays. Asked again, nothing more happens.
  Refusal cancel();
  // Asks every task how it stands; `done` as above.
  Refusal inspect(std::function<void(std::vector<TaskInspection>)> done);

  // Requires for a job that was started: start() has returned.
  JobStatus status() const;
  // Requires: the job has ended, and had started.
  JobSummary summary() const { return execution_.summary(); }
  const std::vector<std::string>& warnings() const { return execution_.warnings(); }
  int64_t restored_epoch() const { return execution_.restored_epoch(); }
  // Returns the sinks of the job's graph.
  const std::vector<JobSink>& sinks() const { return sinks_; }

 private:
  Refusal refusal(std::string_view doing) const;
  void end();

  const std::string id_;
  const std::string name_;
  const std::string checkpoint_directory_;
  const bool bounded_;
  std::vector<JobSink> sinks_;
  Environment& environment_;
  JobStateMachine state_;
  std::atomic<EpochMillis> started_ = kNoWatermark;
  JobExecution execution_;
};

}  // namespace tidemill
