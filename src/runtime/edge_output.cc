#include "runtime/edge_output.h"

namespace tidemill {

void EdgeOutput::accept(Event event) {
  if (auto* batch = std::get_if<Batch>(&event)) return route(std::move(*batch));
  flush(std::nullopt);
  for (Channel* channel : channels_) channel->push(event);
}

bool EdgeOutput::full() {
  bool full = false;
  for (Channel* channel : channels_) full = channel->full() || full;  // asked of every one: each must know that we wait
  return full;
}

void EdgeOutput::send(size_t target, Batch batch) {
  counters_.rows.fetch_add(batch.num_rows(), std::memory_order_relaxed);
  counters_.batches.fetch_add(1, std::memory_order_relaxed);
  channels_[target]->push(std::move(batch));
}

void RoundRobinOutput::route(Batch batch) {
  const size_t target = next_;
  next_ = (next_ + 1) % channels().size();
  send(target, std::move(batch));
}

}  // namespace tidemill
