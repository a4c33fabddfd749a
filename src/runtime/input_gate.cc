#include "runtime/input_gate.h"

#include <algorithm>

#include "base/check.h"

namespace tidemill {

InputGate::InputGate(std::vector<Input> inputs, Faults& faults)
    : faults_(faults), merger_(static_cast<int32_t>(inputs.size())) {
  CHECK(!inputs.empty());
  for (const Input& input : inputs) channels_.push_back({input});
}

int32_t InputGate::blocked() const {
  return static_cast<int32_t>(
      std::count_if(channels_.begin(), channels_.end(), [](const State& s) { return s.blocked; }));
}

void InputGate::take_announcements() {
  began_ = true;
  for (size_t index = 0; index < channels_.size(); ++index)
    while (channels_[index].input.channel->idleness_is_next()) take(index, *channels_[index].input.channel->pop());
}

std::optional<InputGate::PortEvent> InputGate::next() {
  if (!began_) take_announcements();
  for (size_t tried = 0; ready_.empty() && tried < channels_.size();) {
    State& state = channels_[cursor_];
    std::optional<Event> event;
    if (!state.blocked && !state.ended) event = state.input.channel->pop();
    const size_t index = cursor_;
    cursor_ = (cursor_ + 1) % channels_.size();
    ++tried;
    if (!event) continue;
    tried = 0;  // something moved: look at all of them again
    take(index, std::move(*event));
  }
  if (ready_.empty()) return std::nullopt;
  PortEvent next = std::move(ready_.front());
  ready_.pop_front();
  return next;
}

void InputGate::take(size_t index, Event event) {
  State& state = channels_[index];
  const auto input = static_cast<int32_t>(index);
  if (auto* batch = std::get_if<Batch>(&event)) {
    if (batch->progress().from_split && channels_.size() > 1) {
      RowProgress progress = batch->progress();
      progress.other_splits = std::min(progress.other_splits, merger_.others(input));
      batch->set_progress(std::move(progress));
    }
    ready_.push_back({std::move(*batch), state.input.port});
  } else if (const auto* watermark = std::get_if<Watermark>(&event)) {
    merger_.advance(input, watermark->time);
    publish_time();
  } else if (const auto* idleness = std::get_if<Idleness>(&event)) {
    merger_.set_idle(input, idleness->idle);
    publish_time();
  } else if (const auto* barrier = std::get_if<Barrier>(&event)) {
    take_barrier(state, *barrier);
  } else {
    state.ended = true;
    ++ended_;
    if (barrier_) complete_alignment();
    // A stopped job ends its channels without kMaxWatermark: event time stays where it is.
    if (ended_ == channels_.size()) ready_.push_back({EndOfInput{}});
  }
}

void InputGate::publish_time() {
  if (merger_.merged() > published_) {
    published_ = merger_.merged();
    ready_.push_back({Watermark{published_}});
  }
  if (merger_.idle() != published_idle_) {
    published_idle_ = merger_.idle();
    ready_.push_back({Idleness{published_idle_}});
  }
}

void InputGate::take_barrier(State& state, const Barrier& barrier) {
  if (barrier.id == last_barrier_) return;  // only after gate.skip_alignment
  CHECK_MSG(barrier.id > last_barrier_ && (!barrier_ || barrier_->id == barrier.id), "barrier {} during {}, after {}",
            barrier.id, barrier_ ? barrier_->id : 0, last_barrier_);
  barrier_ = barrier;
  state.blocked = true;
  complete_alignment();
}

void InputGate::complete_alignment() {
  const bool aligned =
      std::all_of(channels_.begin(), channels_.end(), [](const State& s) { return s.blocked || s.ended; });
  if (!aligned && !faults_.maybe("gate.skip_alignment")) return;
  for (State& state : channels_) state.blocked = false;
  last_barrier_ = barrier_->id;
  ready_.push_back({*barrier_});
  barrier_.reset();
}

}  // namespace tidemill
