// runtime/input_gate.h - merges the channels of one task. Rule: nothing that follows a barrier passes until every
// channel that has not ended has delivered that barrier; watermarks pass as their minimum.
#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "env/faults.h"
#include "runtime/channel.h"
#include "runtime/watermark_merger.h"

namespace tidemill {

// Task thread only. Fault "gate.skip_alignment": a barrier passes when the first channel delivers it (a test of the
// tests: it must be noticed).
class InputGate {
 public:
  struct Input {
    Channel* channel;  // borrowed
    int32_t port;      // of the operator
  };
  struct PortEvent {
    Event event;
    int32_t port = 0;  // of a batch; control belongs to no port
  };

  InputGate(std::vector<Input> inputs, Faults& faults);

  // Returns the next event for the operator, nullopt where the channels hold nothing that may pass now. The last one is
  // EndOfInput. A batch comes with other_splits lowered to what the other channels have reached.
  std::optional<PortEvent> next();
  // The merged watermark.
  EpochMillis watermark() const { return merger_.merged(); }
  // True while a barrier waits for some channels.
  bool aligning() const { return barrier_.has_value(); }
  // Returns how many channels wait at a barrier for the others.
  int32_t blocked() const;

 private:
  struct State {
    Input input;
    bool blocked = false;  // has delivered the barrier that the others owe
    bool ended = false;
  };
  // Before anything else: channels that were announced as idle before the job started hold nothing back, whichever rows
  // are seen first.
  void take_announcements();
  // Takes one event of the channel; what it means for the operator goes to ready_.
  void take(size_t index, Event event);
  void take_barrier(State& state, const Barrier& barrier);
  void complete_alignment();
  void publish_time();

  std::vector<State> channels_;
  Faults& faults_;
  WatermarkMerger merger_;
  EpochMillis published_ = kNoWatermark;
  bool published_idle_ = false;
  std::optional<Barrier> barrier_;
  int64_t last_barrier_ = 0;  // the newest one that passed
  size_t ended_ = 0;
  size_t cursor_ = 0;  // channels take turns
  bool began_ = false;
  std::deque<PortEvent> ready_;
};

}  // namespace tidemill
