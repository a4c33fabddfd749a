#include "runtime/chain.h"

namespace tidemill {

OperatorNode& Chain::add_node(std::unique_ptr<OperatorNode> node) {
  nodes_.push_back(std::move(node));
  return *nodes_.back();
}
EdgeOutput& Chain::add_edge(std::unique_ptr<EdgeOutput> edge) {
  edges_.push_back(std::move(edge));
  return *edges_.back();
}
ChainedInputs& Chain::add_inputs(std::unique_ptr<ChainedInputs> inputs) {
  inputs_.push_back(std::move(inputs));
  return *inputs_.back();
}

EventTarget& Chain::add_link(std::unique_ptr<EventTarget> link) {
  links_.push_back(std::move(link));
  return *links_.back();
}

bool Chain::full() {
  bool full = false;
  for (const std::unique_ptr<EdgeOutput>& edge : edges_) full = edge->full() || full;
  return full;
}

bool Chain::sinks_ready() {
  bool ready = true;
  for (SinkWriter* sink : sinks_) ready = sink->ready() && ready;
  return ready;
}

void Chain::set_now(EpochMillis now) {
  now_ = now;
  for (const std::unique_ptr<OperatorNode>& node : nodes_) node->set_now(now);
}

EpochMillis Chain::fire_processing_timers() {
  // From the head: what an operator emits may set timers further down.
  for (auto node = nodes_.rbegin(); node != nodes_.rend(); ++node) (*node)->fire_processing_timers();
  EpochMillis next = kMaxWatermark;
  for (const std::unique_ptr<OperatorNode>& node : nodes_) next = std::min(next, node->next_processing_timer());
  return next;
}

void Chain::flush(std::optional<EpochMillis> now) {
  for (const std::unique_ptr<EdgeOutput>& edge : edges_) edge->flush(now);
}

void FanOut::accept(Event event) {
  for (size_t i = 0; i + 1 < targets_.size(); ++i) targets_[i]->accept(event);
  if (!targets_.empty()) targets_.back()->accept(std::move(event));
}

}  // namespace tidemill
