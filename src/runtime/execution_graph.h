// runtime/execution_graph.h - a JobGraph in the flesh: tasks, chains and channels of one attempt. Rule: built in one
// place, before anything runs; then tasks only talk through channels and mail.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "env/environment.h"
#include "runtime/batching.h"
#include "runtime/job_graph.h"
#include "runtime/job_metrics.h"
#include "runtime/source_task.h"
#include "runtime/task.h"

namespace tidemill {

// Makes the operator of a vertex that is neither source nor sink; for tests that put their own in.
using OperatorFactory = std::function<std::unique_ptr<Operator>(const Vertex&)>;

// Little state is not worth the older files that changes are read behind.
constexpr uint64_t kSmallStateBytes = 256 * 1024;

// Returns the owner of what the sink leaves outside: Subtask::owner.
std::string sink_owner(uint64_t job_tag, std::string_view operator_id);

struct RuntimeOptions {
  OperatorFactory make_operator = nullptr;  // null: operators/make_operator.h
  int32_t batch_rows = kBatchRowsTarget;    // rows a source reads at a time; 1 … kBatchRowsMax
  DurationMillis buffer_timeout_ms = kBufferTimeoutDefaultMs;
  DurationMillis auto_watermark_interval_ms = kAutoWatermarkIntervalDefaultMs;
  bool idle_at_barriers = false;                  // barriers come by themselves: splits turn idle only there
  bool late_rows_merged = false;                  // late-rows = MERGED: see SourceTaskOptions
  bool chaining = true;                           // false: a task an operator, joined by channels
  int32_t channel_events = kChannelEventsMax;     // a power of two
  uint64_t small_state_bytes = kSmallStateBytes;  // of one subtask: written whole at every checkpoint
  EvaluationContext evaluation;                   // settings of expressions; the zone is the graph's
  PageTableOptions pages;
  uint64_t job_tag = 0;                                     // of the checkpoint directory, 0: there is none
  std::shared_ptr<EpochTransaction> transaction = nullptr;  // of sinks that have a transaction domain
#ifdef NDEBUG
  bool check_contracts = false;
#else
  bool check_contracts = true;
#endif
};

// What a restored attempt begins with.
struct RestoredJob {
  // By operator id: the state parts of all its old subtasks.
  std::map<std::string, std::vector<std::unique_ptr<SnapshotReader>>> states;
  // By source id: counters of its old subtasks, added up.
  std::map<std::string, std::map<std::string, int64_t>> source_counters;
};

// How splits and tasks of one source vertex are found.
struct SourceVertex {
  std::string id;
  std::shared_ptr<const Source> source;
  std::vector<SourceTask*> tasks;  // by subtask
};
struct SinkVertex {
  std::string id;
  std::shared_ptr<const Sink> sink;
};

class ExecutionGraph {
 public:
  // Builds everything and restores state where `restored` is given. `splits_may_come` by source id. All but `graph` and
  // `restored` are borrowed and outlive this. May block (reads checkpoints, makes readers and writers). Throws
  // UserError for what connectors refuse.
  ExecutionGraph(const JobGraph& graph, Environment& environment, const RuntimeOptions& options, TaskReports& reports,
                 SnapshotStorage* storage, const std::map<std::string, bool>& splits_may_come,
                 const RestoredJob* restored);
  ~ExecutionGraph();

  // Hands the tasks to the executor; they wait for start().
  void spawn();
  void start();
  // Ends all tasks; each reports finished().
  void cancel();

  const std::vector<std::unique_ptr<Task>>& tasks() const { return tasks_; }
  const std::vector<SourceVertex>& sources() const { return sources_; }
  const std::vector<SinkVertex>& sinks() const { return sinks_; }
  // What restoring found, by operator id: of operators that the checkpoint has.
  const std::map<std::string, RestoreReport>& restore_reports() const { return restore_reports_; }

  // Any thread.
  JobMetrics metrics() const;
  // Requires: nothing runs.
  JobSummary summary() const;

 private:
  class Builder;

  Environment& environment_;
  const std::shared_ptr<const MemoryBudget> budget_;  // null: nothing is counted
  // Tasks borrow channels: destroyed before them.
  std::vector<std::unique_ptr<Channel>> channels_;
  struct Wire {
    Channel* channel;
    int32_t producer;  // task numbers
    int32_t consumer;
  };
  std::vector<Wire> wires_;
  struct EdgeOfSubtask {
    const EdgeOutput* output;
    std::string from;  // operator ids
    std::string to;
    int32_t subtask;
  };
  std::vector<EdgeOfSubtask> edges_;
  AlignmentGroups alignment_;  // tasks borrow its groups
  std::vector<std::unique_ptr<Task>> tasks_;
  std::vector<SourceVertex> sources_;
  std::vector<SinkVertex> sinks_;
  std::map<std::string, RestoreReport> restore_reports_;
};

}  // namespace tidemill
