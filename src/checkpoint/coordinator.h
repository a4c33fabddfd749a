// checkpoint/coordinator.h - leads a job through its epochs. Rule: one epoch in flight; acknowledged by every task ▸
// decided ▸ finished; only then does the next one begin.
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

#include "checkpoint/decider.h"
#include "checkpoint/epoch_schedule.h"
#include "checkpoint/inspection_round.h"
#include "env/environment.h"
#include "runtime/execution_graph.h"
#include "runtime/mailbox.h"
#include "runtime/task.h"

namespace tidemill {

struct CoordinatorOptions {
  std::string job;  // name
  int32_t max_parallelism = 128;
  DurationMillis interval_ms = 0;          // execution.checkpointing.interval; 0: only when asked
  DurationMillis publish_interval_ms = 0;  // publish epochs; 0: none
  int64_t first_epoch = 1;
};

// What became of an epoch that was asked for.
struct EpochResult {
  int64_t epoch = 0;
  bool decided = false;  // false: the job ended before
};

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
};

// Where the splits of a source come from, and who reads them.
struct SourceCoordination {
  std::string id;
  std::unique_ptr<SplitEnumerator> enumerator;
  std::vector<SplitProgress> splits;  // known at the start
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

  // Begins an epoch as soon as none is in flight. `done` (may be empty) is called on an executor thread; not at all
  // when the job has finished already.
  void trigger(BarrierKind kind, std::function<void(EpochResult)> done = {});
  // Ends the job without reading on: final barrier, its epoch decided, EndOfInput. Event time stays where it is.
  // Whatever else was asked for by then is part of that epoch. `done` as for trigger().
  void stop(std::function<void(EpochResult)> done = {}) { trigger(BarrierKind::kFinal, std::move(done)); }
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
  struct Request {
    BarrierKind kind;
    std::function<void(EpochResult)> done;
  };
  struct InFlight {
    Barrier barrier;
    std::function<void(EpochResult)> done;  // may be empty
    std::set<int32_t> waiting;              // tasks that have not acknowledged
    Manifest manifest;
    EpochMillis started = 0;
    bool deciding = false;
  };

  void acknowledged(int32_t task, int64_t epoch, TaskSnapshot snapshot) override;
  void drained(int32_t task) override;
  void finished(int32_t task) override;
  void failed(int32_t task, std::exception_ptr error) override;

  // All below: on the coordinator's tasklet.
  Tasklet::Progress step();
  void begin_next();
  void fill_manifest(const InFlight& epoch, Manifest& manifest) const;
  // Answers what waits and is part of the final epoch, or of none any more.
  void answer_requests(EpochResult result);
  void take_acknowledgement(int32_t task, int64_t epoch, TaskSnapshot snapshot);
  void decide();
  // On the I/O pool.
  void finish_sinks(const Manifest& manifest);
  void complete(std::exception_ptr error);
  void count(const InFlight& epoch);
  void pass(std::string_view point);
  void fail(std::exception_ptr error);
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
  std::map<std::string, std::unique_ptr<SinkCommitter>> committers_;
  const std::vector<ManifestOperator> operators_;

  ExecutionGraph* graph_ = nullptr;
  std::shared_ptr<Mailbox> mailbox_;  // timers that outlive the job hold it weakly
  int64_t next_epoch_;
  EpochSchedule schedule_;
  std::deque<Request> requests_;
  std::optional<InFlight> in_flight_;
  std::set<int32_t> running_;  // tasks that have not finished
  InspectionRounds inspections_;
  size_t reading_sources_ = 0;  // source tasks that have not drained
  int32_t io_ = 0;              // calls on the I/O pool under way
  bool ending_ = false;         // a final epoch was begun, or the attempt failed or was cancelled: no other begins
  std::exception_ptr failure_;
  std::atomic<bool> finished_ = false;
  mutable std::mutex statistics_mutex_;
  CheckpointStatistics statistics_;
};

}  // namespace tidemill
