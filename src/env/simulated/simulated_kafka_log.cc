#include "env/simulated/simulated_kafka_log.h"

#include <algorithm>

namespace tidemill {

void SimulatedKafkaLog::append(Entry entry) {
  if (entry.producer != 0) {
    entry.state = State::kOpen;
    open_.emplace(entry.producer, end());
  }
  entries_.push_back(std::move(entry));
}

void SimulatedKafkaLog::end_transaction(int64_t producer, bool committed) {
  const auto first = open_.find(producer);
  if (first == open_.end()) return;
  for (int64_t offset = std::max(first->second, begin_); offset < end(); ++offset) {
    Entry& entry = entries_[static_cast<size_t>(offset - begin_)];
    if (entry.producer == producer && entry.state == State::kOpen)
      entry.state = committed ? State::kCommitted : State::kAborted;
  }
  open_.erase(first);
  Entry control;
  control.state = State::kControl;
  entries_.push_back(std::move(control));
}

void SimulatedKafkaLog::remove_before(int64_t offset) {
  while (begin_ < offset && !entries_.empty()) {
    entries_.pop_front();
    ++begin_;
  }
}

int64_t SimulatedKafkaLog::stable_end() const {
  int64_t stable = end();
  for (const auto& [producer, first] : open_) stable = std::min(stable, first);
  return stable;
}

}  // namespace tidemill
