// runtime/input_merger.h - several inputs of one operator as one stream of events. Rule: nothing that follows a barrier
// passes until every input that has not ended has delivered that barrier; watermarks pass as their minimum.
#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "data/event.h"
#include "env/faults.h"
#include "runtime/event_target.h"
#include "runtime/operator_node.h"
#include "runtime/watermark_merger.h"

namespace tidemill {

// Task thread only. Fault "gate.skip_alignment": a barrier passes when the first input delivers it (a test of the
// tests: it must be noticed).
class InputMerger {
 public:
  struct PortEvent {
    Event event;
    int32_t port = 0;  // of a batch; control belongs to no port
  };

  // `ports` of the operator, one an input; `faults` is borrowed.
  InputMerger(const std::vector<int32_t>& ports, Faults& faults);

  // Takes the next event of an input. Requires: open(input).
  void take(size_t input, Event event);
  // Returns the next event for the operator, nullopt where there is none. The last one is EndOfInput. A batch comes
  // with other_splits lowered to what the other inputs have reached.
  std::optional<PortEvent> next();

  size_t inputs() const { return inputs_.size(); }
  // Returns whether the input may deliver: it has not ended, and does not wait at a barrier for the others.
  bool open(size_t input) const { return !inputs_[input].blocked && !inputs_[input].ended; }
  // The merged watermark.
  EpochMillis watermark() const { return merger_.merged(); }
  // True while a barrier waits for some inputs.
  bool aligning() const { return barrier_.has_value(); }
  // Returns how many inputs wait at a barrier for the others.
  int32_t blocked() const;

 private:
  struct Input {
    int32_t port;
    bool blocked = false;  // has delivered the barrier that the others owe
    bool ended = false;
  };
  void take_batch(size_t input, Batch batch);
  void take_barrier(Input& input, const Barrier& barrier);
  void take_end(Input& input);
  void complete_alignment();
  void publish_time();

  std::vector<Input> inputs_;
  Faults& faults_;
  WatermarkMerger merger_;
  EpochMillis published_ = kNoWatermark;
  bool published_idle_ = false;
  std::optional<Barrier> barrier_;
  int64_t last_barrier_ = 0;  // the newest one that passed
  size_t ended_ = 0;
  std::deque<PortEvent> ready_;
};

// The inputs of an operator that come from operators of its own task: each event of the task reaches it by all of them
// before the next one, so that none has to wait in between.
class ChainedInputs {
 public:
  // `node` is borrowed, as `faults` is. One input for each of its `ports`.
  ChainedInputs(OperatorNode& node, size_t ports, Faults& faults);

  // Takes the next event of an input; the operator has what follows from it when this returns.
  void take(size_t input, Event event);

 private:
  OperatorNode& node_;
  InputMerger merger_;
};

// One of them.
class ChainedInput final : public EventTarget {
 public:
  // `inputs` is borrowed.
  ChainedInput(ChainedInputs& inputs, size_t input) : inputs_(inputs), input_(input) {}
  void accept(Event event) override { inputs_.take(input_, std::move(event)); }

 private:
  ChainedInputs& inputs_;
  const size_t input_;
};

}  // namespace tidemill
