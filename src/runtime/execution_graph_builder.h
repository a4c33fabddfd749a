// runtime/execution_graph_builder.h - from a JobGraph to tasks: which operators are chained, who is joined to whom.
// Rule: operators joined by forward edges of equal parallelism run in one task, unless the consumer has several inputs.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "runtime/execution_graph.h"

namespace tidemill {

// Fills an ExecutionGraph; used once.
class ExecutionGraph::Builder {
 public:
  Builder(ExecutionGraph& built, const JobGraph& graph, const RuntimeOptions& options, TaskReports& reports,
          SnapshotStorage* storage, const std::map<std::string, bool>& splits_may_come, const RestoredJob* restored);
  void build();

 private:
  // A consumer of a vertex: inputs[port] of `vertex`.
  struct Consumer {
    size_t vertex;
    int32_t port;
  };
  using Matrix = std::vector<std::vector<Channel*>>;  // [producer's subtask][consumer's]; null: not joined

  bool is_source(const Vertex& vertex) const;
  bool is_chained(const Vertex& vertex) const;
  void make_channels(size_t vertex, int32_t port);
  void build_task(size_t vertex, int32_t subtask);
  void build_source(size_t vertex, int32_t subtask);
  std::vector<InputGate::Input> inputs_of(size_t vertex, int32_t subtask);

  // Builds what follows a vertex in the task at hand, and returns who takes its rows.
  EventTarget& build_outputs(size_t vertex, int32_t subtask);
  // Returns who takes what the vertex leaves out, null: nobody does.
  EventTarget* build_side_outputs(size_t vertex, int32_t subtask);
  // Returns whoever gives events to all of these.
  EventTarget& fan_out(std::vector<EventTarget*> targets);
  EventTarget& build_edge(size_t vertex, const Consumer& consumer, int32_t subtask);
  OperatorNode& build_node(size_t vertex, int32_t subtask);
  std::unique_ptr<Operator> make_operator(const Vertex& vertex, const Subtask& subtask);
  // Takes note of what is to be restored, at the end of build().
  void restore(OperatorNode& node);

  ExecutionGraph& built_;
  const JobGraph& graph_;
  const RuntimeOptions& options_;
  TaskReports& reports_;
  SnapshotStorage* storage_;
  const std::map<std::string, bool>& splits_may_come_;
  const RestoredJob* restored_;
  EvaluationContext evaluation_;
  std::vector<std::vector<Consumer>> consumers_;
  std::vector<std::vector<Consumer>> side_consumers_;
  std::map<std::pair<size_t, int32_t>, Matrix> channels_;  // by vertex and port
  std::map<const Channel*, size_t> wire_of_;               // index in built_.wires_
  Task* task_ = nullptr;                                   // being built
  std::vector<std::function<void()>> restores_;            // one an operator's subtask
};

}  // namespace tidemill
