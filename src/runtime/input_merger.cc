#include "runtime/input_merger.h"

#include <algorithm>
#include <numeric>

#include "base/check.h"

namespace tidemill {
namespace {

std::vector<int32_t> numbered(size_t ports) {
  std::vector<int32_t> numbers(ports);
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

}  // namespace

InputMerger::InputMerger(const std::vector<int32_t>& ports, Faults& faults)
    : faults_(faults), merger_(static_cast<int32_t>(ports.size())) {
  CHECK(!ports.empty());
  for (const int32_t port : ports) inputs_.push_back({port});
}

int32_t InputMerger::blocked() const {
  return static_cast<int32_t>(std::count_if(inputs_.begin(), inputs_.end(), [](const Input& i) { return i.blocked; }));
}

std::optional<InputMerger::PortEvent> InputMerger::next() {
  if (ready_.empty()) return std::nullopt;
  PortEvent next = std::move(ready_.front());
  ready_.pop_front();
  return next;
}

void InputMerger::take(size_t input, Event event) {
  CHECK_MSG(open(input), "input {} delivers what may not pass", input);
  const auto number = static_cast<int32_t>(input);
  if (auto* batch = std::get_if<Batch>(&event)) {
    take_batch(input, std::move(*batch));
  } else if (const auto* watermark = std::get_if<Watermark>(&event)) {
    merger_.advance(number, watermark->time);
    publish_time();
  } else if (const auto* idleness = std::get_if<Idleness>(&event)) {
    merger_.set_idle(number, idleness->idle);
    publish_time();
  } else if (const auto* barrier = std::get_if<Barrier>(&event)) {
    take_barrier(inputs_[input], *barrier);
  } else {
    take_end(inputs_[input]);
  }
}

void InputMerger::take_batch(size_t input, Batch batch) {
  if (batch.progress().from_split && inputs_.size() > 1) {
    RowProgress progress = batch.progress();
    progress.other_splits = std::min(progress.other_splits, merger_.others(static_cast<int32_t>(input)));
    batch.set_progress(std::move(progress));
  }
  ready_.push_back({std::move(batch), inputs_[input].port});
}

void InputMerger::take_end(Input& input) {
  input.ended = true;
  ++ended_;
  if (barrier_) complete_alignment();
  // A stopped job ends its inputs without kMaxWatermark: event time stays where it is.
  if (ended_ == inputs_.size()) ready_.push_back({EndOfInput{}});
}

void InputMerger::publish_time() {
  if (merger_.merged() > published_) {
    published_ = merger_.merged();
    ready_.push_back({Watermark{published_}});
  }
  if (merger_.idle() != published_idle_) {
    published_idle_ = merger_.idle();
    ready_.push_back({Idleness{published_idle_}});
  }
}

void InputMerger::take_barrier(Input& input, const Barrier& barrier) {
  if (barrier.id == last_barrier_) return;  // only after gate.skip_alignment
  CHECK_MSG(barrier.id > last_barrier_ && (!barrier_ || barrier_->id == barrier.id), "barrier {} during {}, after {}",
            barrier.id, barrier_ ? barrier_->id : 0, last_barrier_);
  barrier_ = barrier;
  input.blocked = true;
  complete_alignment();
}

void InputMerger::complete_alignment() {
  const bool aligned = std::all_of(inputs_.begin(), inputs_.end(), [](const Input& i) { return i.blocked || i.ended; });
  if (!aligned && !faults_.maybe("gate.skip_alignment")) return;
  for (Input& input : inputs_) input.blocked = false;
  last_barrier_ = barrier_->id;
  ready_.push_back({*barrier_});
  barrier_.reset();
}

ChainedInputs::ChainedInputs(OperatorNode& node, size_t ports, Faults& faults)
    : node_(node), merger_(numbered(ports), faults) {}

void ChainedInputs::take(size_t input, Event event) {
  merger_.take(input, std::move(event));
  while (std::optional<InputMerger::PortEvent> next = merger_.next()) node_.accept(std::move(next->event), next->port);
}

}  // namespace tidemill
