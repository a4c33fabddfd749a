// runtime/input_gate.h - merges the channels of one task. Rule: channels take turns; one that waits at a barrier for
// the others is not read.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "runtime/channel.h"
#include "runtime/input_merger.h"

namespace tidemill {

// Task thread only.
class InputGate {
 public:
  struct Input {
    Channel* channel;  // borrowed
    int32_t port;      // of the operator
  };
  using PortEvent = InputMerger::PortEvent;

  InputGate(const std::vector<Input>& inputs, Faults& faults);

  // Returns the next event for the operator, nullopt where the channels hold nothing that may pass now; see
  // InputMerger::next.
  std::optional<PortEvent> next();
  // See InputMerger.
  EpochMillis watermark() const { return merger_.watermark(); }
  bool aligning() const { return merger_.aligning(); }
  int32_t blocked() const { return merger_.blocked(); }

 private:
  // Before anything else: channels that were announced as idle before the job started hold nothing back, whichever rows
  // are seen first.
  void take_announcements();

  std::vector<Channel*> channels_;
  InputMerger merger_;
  size_t cursor_ = 0;  // channels take turns
  bool began_ = false;
};

}  // namespace tidemill
