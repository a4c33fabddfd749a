#include "runtime/input_gate.h"

#include <algorithm>

namespace tidemill {
namespace {

std::vector<int32_t> ports_of(const std::vector<InputGate::Input>& inputs) {
  std::vector<int32_t> ports;
  for (const InputGate::Input& input : inputs) ports.push_back(input.port);
  return ports;
}

}  // namespace

InputGate::InputGate(const std::vector<Input>& inputs, Faults& faults) : merger_(ports_of(inputs), faults) {
  for (const Input& input : inputs) channels_.push_back(input.channel);
}

void InputGate::take_announcements() {
  began_ = true;
  for (size_t i = 0; i < channels_.size(); ++i)
    while (channels_[i]->idleness_is_next()) merger_.take(i, *channels_[i]->pop());
}

std::optional<InputGate::PortEvent> InputGate::next() {
  if (!began_) take_announcements();
  std::optional<PortEvent> next = merger_.next();
  for (size_t tried = 0; !next && tried < channels_.size();) {
    const size_t index = cursor_;
    cursor_ = (cursor_ + 1) % channels_.size();
    ++tried;
    if (!merger_.open(index)) continue;
    std::optional<Event> event = channels_[index]->pop();
    if (!event) continue;
    tried = 0;  // something moved: look at all of them again
    merger_.take(index, std::move(*event));
    next = merger_.next();
  }
  return next;
}

}  // namespace tidemill
