// runtime/chain.h - the operators of one task, joined by plain calls, and the edges that leave it. Rule: events enter
// at the head and reach every operator of the chain before the call returns.
#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "runtime/edge_output.h"
#include "runtime/input_merger.h"
#include "runtime/operator_node.h"
#include "runtime/participant.h"
#include "runtime/sink_operator.h"

namespace tidemill {

// Built by ChainBuilder from its leaves to its head; then task thread only.
class Chain {
 public:
  // Takes parts over; each is borrowed by those added later.
  OperatorNode& add_node(std::unique_ptr<OperatorNode> node);
  EdgeOutput& add_edge(std::unique_ptr<EdgeOutput> edge);
  EventTarget& add_link(std::unique_ptr<EventTarget> link);
  ChainedInputs& add_inputs(std::unique_ptr<ChainedInputs> inputs);
  void add_participant(std::unique_ptr<Participant> participant) { participants_.push_back(std::move(participant)); }
  // `writer` belongs to an operator of the chain.
  void add_sink(SinkWriter& writer) { sinks_.push_back(&writer); }

  // Returns whether an edge is full or a sink is not ready: no new event may enter. The task is woken for the former.
  bool full();
  bool sinks_ready();
  // Sets the processing time that all operators see.
  void set_now(EpochMillis now);
  EpochMillis now() const { return now_; }
  // Fires processing-time timers that are due; returns when the next one is (kMaxWatermark: never).
  EpochMillis fire_processing_timers();
  // See EdgeOutput::flush.
  void flush(std::optional<EpochMillis> now);

  std::vector<std::unique_ptr<OperatorNode>>& nodes() { return nodes_; }  // leaves first
  const std::vector<std::unique_ptr<OperatorNode>>& nodes() const { return nodes_; }
  const std::vector<std::unique_ptr<EdgeOutput>>& edges() const { return edges_; }
  std::vector<std::unique_ptr<Participant>>& participants() { return participants_; }
  bool has_sinks() const { return !sinks_.empty(); }

 private:
  // In the order of destruction, reversed: what borrows goes first.
  std::vector<std::unique_ptr<EdgeOutput>> edges_;
  std::vector<std::unique_ptr<EventTarget>> links_;
  std::vector<std::unique_ptr<ChainedInputs>> inputs_;
  std::vector<std::unique_ptr<OperatorNode>> nodes_;
  std::vector<std::unique_ptr<Participant>> participants_;
  std::vector<SinkWriter*> sinks_;
  EpochMillis now_ = 0;
};

// From one operator of a chain to the next.
class ChainLink final : public EventTarget {
 public:
  // `node` is borrowed.
  explicit ChainLink(OperatorNode& node) : node_(node) {}
  void accept(Event event) override { node_.accept(std::move(event), 0); }

 private:
  OperatorNode& node_;
};

// Gives every event to several targets, in order; none: events end here.
class FanOut final : public EventTarget {
 public:
  // Targets are borrowed.
  explicit FanOut(std::vector<EventTarget*> targets) : targets_(std::move(targets)) {}
  void accept(Event event) override;

 private:
  std::vector<EventTarget*> targets_;
};

}  // namespace tidemill
