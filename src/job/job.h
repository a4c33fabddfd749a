// job/job.h - a job that people and programs can name, watch and end. Rule: what is asked of it in a state that does
// not allow it is refused with a reason, and changes nothing.
//
// A job is one attempt after the other: when something outside fails (TransientError), it begins again from its newest
// checkpoint after the pause that its restart strategy names. A UserError or a broken invariant ends it.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <vector>

#include "job/job_execution.h"
#include "job/job_state.h"
#include "job/notices.h"
#include "job/restart_strategy.h"

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
  int64_t restarts = 0;                   // attempts after the first
  std::string failure = {};               // what the last attempt failed of; empty: none has
  EpochMillis restart_at = kNoWatermark;  // RESTARTING: when the next attempt begins, wall ms
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
  const std::string& checkpoint_directory() const { return options_.checkpoint_directory; }
  JobState state() const { return state_.get(); }

  // Hands the job to the executor. Throws what start() of JobExecution throws; the job has then failed. Where the
  // restart strategy allows it, a TransientError is none: the job is then RESTARTING, and run() begins it. Requires:
  // not started yet. A job that was cancelled before stays as it is.
  void start();
  // Steps the executor until the job has ended, or `watch` (empty: nobody) returns true; it is called often. Begins
  // failed attempts again. Rethrows what the job failed of.
  void run(const std::function<bool()>& watch = {});

  // Begins a checkpoint. `done` gets the result on an executor thread.
  Refusal checkpoint(std::function<void(EpochResult)> done = {});
  // Takes a checkpoint and copies it to a new directory in `place` (empty: where savepoints of this job go).
  Refusal savepoint(const std::string& place, std::function<void(EpochResult)> done = {});
  // Ends the job cleanly: a last epoch, and what was read before it is finished. Asked again while it stops, the answer
  // is the same. `savepoint`: where the last epoch is copied to, as in savepoint(); nullopt: it is not.
  Refusal stop(std::function<void(EpochResult)> done = {}, const std::optional<std::string>& savepoint = std::nullopt);
  // Ends the job at once; what its last epoch decided stays. Asked again, nothing more happens.
  Refusal cancel();
  // Asks every task how it stands; `done` as above.
  Refusal inspect(std::function<void(std::vector<TaskInspection>)> done);

  // Requires for a job that was started: start() has returned.
  JobStatus status() const;
  // Requires: the job has ended, and had started.
  JobSummary summary() const;
  // Of the present attempt; as in JobExecution, and nothing between two attempts: what is known of later ones is told
  // as notices. Executor's own thread.
  std::vector<std::string> warnings() const { return execution_ ? execution_->warnings() : std::vector<std::string>(); }
  int64_t restored_epoch() const { return execution_ ? execution_->restored_epoch() : 0; }
  std::string note() const { return execution_ ? execution_->note() : ""; }
  // Returns what happened since the last call that the user should know. Any thread.
  std::vector<std::string> take_notices() { return notices_.take(); }
  // Returns the sinks of the job's graph.
  const std::vector<JobSink>& sinks() const { return sinks_; }

 private:
  // What is known of attempts that are over.
  struct Past {
    int64_t restarts = 0;
    std::string failure = {};
    EpochMillis restart_at = kNoWatermark;
    int64_t restored_epoch = 0;
    CheckpointStatistics checkpoints = {};
    JobSummary summary = {};
  };

  Refusal refusal(std::string_view doing) const;
  // Returns a new directory for a savepoint in `place`.
  std::string savepoint_path(const std::string& place) const;
  // Moves to the end that fits.
  void end();
  JobOptions with_notices(JobOptions options);
  // Takes away the attempt that failed of `error`, and plans the next one. Returns false where there is none; nothing
  // has happened then.
  bool plan_restart(const std::exception_ptr& error);
  // The first attempt could not begin: as above.
  bool plan_first_restart(const std::string& failure);
  // Returns how long to wait before the next attempt, nullopt: there is none.
  std::optional<DurationMillis> next_pause();
  // Notes the failure, tells of it, and keeps the executor running for the pause.
  void pause(DurationMillis pause_ms, std::string failure);
  // Waits for the time of the next attempt and begins it; where it fails again, waits anew in the next call. Returns
  // false where `watch` or the job's end came before.
  bool restart(const std::function<bool()>& watch);
  void begin_attempt();
  // Calls call(execution) unless the job is between two attempts; returns whether it did. Any thread.
  template <class Call>
  bool with_attempt(Call&& call) const;

  const std::string id_;
  const std::string name_;
  const JobGraph graph_;
  JobOptions options_;
  const bool bounded_;
  std::vector<JobSink> sinks_;
  Environment& environment_;
  Notices notices_;
  JobStateMachine state_;
  std::atomic<EpochMillis> started_ = kNoWatermark;
  RestartStrategy strategy_;
  bool begun_ = false;                       // an attempt has begun
  std::unique_ptr<FileLock> lock_;           // between two attempts
  mutable std::shared_mutex attempt_mutex_;  // guards all below; the owner of the executor alone writes
  std::unique_ptr<JobExecution> execution_;  // null between two attempts
  Past past_;
};

}  // namespace tidemill
