// runtime/execution_graph_builder.h - from a JobGraph to tasks: which operators are chained, who is joined to whom.
// Rule: an operator runs in the task of those before it where these all run in one, and each of its subtasks takes rows
// of one of theirs only: by forward edges of equal parallelism, and by any edge at parallelism 1.
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
  // Returns the vertex that heads the task of this one, itself where nothing comes before it in its task. Requires:
  // heads_ of those before it.
  size_t head_of(size_t vertex) const;
  bool is_chained(size_t vertex) const { return heads_[vertex] != vertex; }
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
  // Builds the consumer into the task at hand where it is not there yet, and returns who takes this input of it.
  EventTarget& build_link(const Consumer& consumer, int32_t subtask);
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
  std::vector<size_t> heads_;                                            // by vertex
  std::map<std::pair<size_t, int32_t>, ChainedInputs*> chained_inputs_;  // by vertex and subtask
  std::map<std::pair<size_t, int32_t>, Matrix> channels_;                // by vertex and port
  std::map<const Channel*, size_t> wire_of_;                             // index in built_.wires_
  Task* task_ = nullptr;                                                 // being built
  std::vector<std::function<void()>> restores_;                          // one an operator's subtask
};

}  // namespace tidemill
