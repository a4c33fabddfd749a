// checkpoint/coordinator.h - leads a job through its epochs. Rule: one epoch in flight; acknowledged by every task ▸
// decided ▸ finished; only then does the next one begin.
//
// An epoch whose state or manifest could not be written, or that took too long, is given up: its barriers still pass
// every task, nothing of it is decided, its files go, and what sinks have prepared for it is decided with the next one.
#pragma once
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "checkpoint/epoch_decision.h"
#include "checkpoint/epoch_schedule.h"
#include "checkpoint/inspection_round.h"
#include "env/environment.h"
#include "runtime/execution_graph.h"
#include "runtime/mailbox.h"
#include "runtime/task.h"

namespace tidemill {

struct CheckpointStatistics {
  int64_t completed = 0;
  int64_t last_epoch = 0;        // decided
  uint64_t last_bytes = 0;       // that it wrote
  uint64_t last_full_bytes = 0;  // that a restart from it reads
  DurationMillis last_duration_ms = 0;
  EpochMillis last_completed_at = kNoWatermark;  // wall ms; kNoWatermark: none yet
  EpochMillis next_at = kMaxWatermark;           // when the interval asks for one; kMaxWatermark: never
  int64_t published = 0;                         // publish epochs, completed
  int64_t in_flight = 0;                         // epoch that is under way, 0: none
  int64_t failed = 0;                            // checkpoints that were given up
  std::string last_failure = {};                 // why, of the last one of them
};

struct CoordinatorOptions {
  std::string job;  // name
  int32_t max_parallelism = 128;
  DurationMillis interval_ms = 0;          // execution.checkpointing.interval; 0: only when asked
  DurationMillis publish_interval_ms = 0;  // publish epochs; 0: none
  int64_t first_epoch = 1;
  DurationMillis timeout_ms = 0;          // a checkpoint that takes longer is given up; 0: never
  DurationMillis min_pause_ms = 0;        // between a checkpoint and the next one by the interval
  int64_t failures_tolerated = 0;         // checkpoints in a row that may be given up before the attempt ends
  std::string began_from = {};            // goes into every manifest
  CheckpointStatistics statistics = {};   // of earlier attempts
  std::string transaction = {};           // what decides the epochs, for manifests
  std::function<void(std::string)> tell;  // takes what the user should know; any thread; empty: nobody does
  // Tells the world outside of what a decided epoch has read; I/O pool; may be empty, and may throw.
  std::function<void(const Manifest&)> publish = {};
};

// What became of an epoch that was asked for.
struct EpochResult {
  int64_t epoch = 0;
  bool decided = false;
  // Why it was not decided, or what went wrong with its use; empty where it was not decided: the job ended before.
  std::string problem = {};
  std::string savepoint = {};  // its directory, where one was made
};

// What is asked of the coordinator.
struct EpochRequest {
  BarrierKind kind = BarrierKind::kCheckpoint;
  // Called on an executor thread, not at all when the job has finished already; may be empty.
  std::function<void(EpochResult)> done = {};
  // Called on the I/O pool once the epoch is decided, before done(); its files stay until this returns, and the job
  // does not finish meanwhile. Throws what becomes EpochResult::problem. May be empty.
  std::function<void(const Manifest&)> use = {};
};

// Where the splits of a source come from, and who reads them.
struct SourceCoordination {
  std::string id;
  std::unique_ptr<SplitEnumerator> enumerator;
  std::vector<SplitProgress> splits;  // known at the start
  std::vector<Split> ended = {};      // in earlier attempts: they go into every manifest
};

// A tasklet. Public calls from any thread, unless they say otherwise.
class Coordinator final : public TaskReports {
 public:
  // `decider` is borrowed; `committers` by sink operator id. `operators` goes into every manifest.
  Coordinator(Environment& environment, CoordinatorOptions options, Decider& decider,
              std::vector<SourceCoordination> sources, std::map<std::string, std::unique_ptr<SinkCommitter>> committers,
              std::vector<ManifestOperator> operators);
  ~Coordinator() override;

  // Gives each subtask its splits, hands all tasks to the executor and starts them. `graph` is borrowed. Once.
  void start(ExecutionGraph& graph);

  // Begins an epoch as soon as none is in flight. One of kind kFinal ends the job without reading on: final barrier,
  // its epoch decided, EndOfInput. Event time stays where it is. Whatever else was asked for by then is part of it.
  void trigger(EpochRequest request);
  // Ends the job at once; nothing of the epoch in flight is decided, unless its decision has begun.
  void cancel();
  // Lets readers that said to wait look again.
  void poll_sources();

  // Asks every task that runs how it stands, between two of its events. `done` gets the answers, by task number, on an
  // executor thread; not at all when the job has finished already.
  void inspect(std::function<void(std::vector<TaskInspection>)> done);

  // True when nothing of the job runs any more.
  bool finished() const { return finished_.load(); }
  // What ended the attempt, nullptr where it ended well or was cancelled. Requires: finished().
  std::exception_ptr failure() const { return failure_; }
  CheckpointStatistics statistics() const;

 private:
  class Step;
  struct InFlight {
    Barrier barrier;
    EpochRequest request;
    std::set<int32_t> waiting;  // tasks that have not acknowledged
    Manifest manifest;
    EpochMillis started = 0;
    bool deciding = false;
    bool decided = false;
    std::string problem = {};  // not empty: it was given up
  };

  void acknowledged(int32_t task, int64_t epoch, TaskSnapshot snapshot) override;
  void declined(int32_t task, int64_t epoch, TaskSnapshot snapshot, std::exception_ptr error) override;
  void drained(int32_t task) override;
  void split_ended(const std::string& source, std::string split) override;
  void finished(int32_t task) override;
  void failed(int32_t task, std::exception_ptr error) override;

  // All below: on the coordinator's tasklet.
  Tasklet::Progress step();
  void begin_next();
  void fill_manifest(const InFlight& epoch, Manifest& manifest) const;
  // Answers what waits and is part of the final epoch, or of none any more.
  void answer_requests(const EpochResult& result);
  // Calls what waits for the epoch; where it is to be used, after that.
  void answer(const EpochRequest& request, const Manifest& manifest, const EpochResult& result);
  void take_acknowledgement(int32_t task, int64_t epoch, TaskSnapshot snapshot, std::exception_ptr error);
  // Decides the epoch and finishes its outputs, or removes what was written for it; on the I/O pool.
  void decide();
  void clear_away();
  // Gives up the epoch in flight, or ends the attempt where too many were in a row.
  void give_up(std::exception_ptr error);
  void expire(int64_t epoch);
  // Takes the epoch out of flight.
  void complete();
  // Asks for the final epoch again, a while after it was given up.
  void retry_final(EpochRequest request);
  void count(const InFlight& epoch);
  void pass(std::string_view point);
  void fail(std::exception_ptr error);
  void tell(std::string text) const;
  // Posts `mail` at `time` (wall ms), unless this has gone by then.
  void post_at(EpochMillis time, Mailbox::Mail mail);
  // Asks for the epoch that is due, and comes back for the next one.
  void tick();
  void schedule_tick();
  void assign_splits(size_t source, std::vector<SplitProgress> splits, bool before_start);
  void schedule_discovery(size_t source);
  void discover(size_t source);

  Environment& environment_;
  const CoordinatorOptions options_;
  Decider& decider_;
  std::vector<SourceCoordination> sources_;
  std::vector<std::string> enumerator_states_;  // by source: snapshot() after the splits that were assigned
  std::vector<size_t> next_subtask_;            // by source
  std::vector<std::set<std::string>> open_;     // by source: ids of splits that have not ended
  EpochDecision decision_;
  const std::vector<ManifestOperator> operators_;

  ExecutionGraph* graph_ = nullptr;
  std::shared_ptr<Mailbox> mailbox_;  // timers that outlive the job hold it weakly
  int64_t next_epoch_;
  EpochSchedule schedule_;
  std::deque<EpochRequest> requests_;
  std::optional<InFlight> in_flight_;
  std::vector<SinkPart> prepared_before_;  // by sinks, for epochs that were given up
  int64_t failures_in_a_row_ = 0;
  std::set<int32_t> running_;  // tasks that have not finished
  InspectionRounds inspections_;
  size_t reading_sources_ = 0;  // source tasks that have not drained
  int32_t io_ = 0;              // calls on the I/O pool under way
  bool ending_ = false;         // a final epoch was begun, or the attempt is over: no other begins
  bool over_ = false;           // the attempt has failed or was cancelled
  std::exception_ptr failure_;
  std::atomic<bool> finished_ = false;
  mutable std::mutex statistics_mutex_;
  CheckpointStatistics statistics_;
};

}  // namespace tidemill
