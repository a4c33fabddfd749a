// checkpoint/epoch_decision.h - the step that makes an epoch count: the decision record, then the outputs. Rule: output
// is finished only for what is decided; what could not be decided is cleared away.
#pragma once
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "checkpoint/decider.h"
#include "env/faults.h"

namespace tidemill {

// I/O pool, one call at a time.
class EpochDecision {
 public:
  // `decider` is borrowed; `committers` by sink operator id. `tell` (may be empty) takes what the user should know.
  // `faults` is borrowed.
  // `publish` (may be empty) tells the world outside of what a decided epoch has read; why it cannot is told once.
  EpochDecision(Decider& decider, std::map<std::string, std::unique_ptr<SinkCommitter>> committers,
                std::function<void(std::string)> tell, std::function<void(const Manifest&)> publish, Faults& faults)
      : decider_(decider),
        committers_(std::move(committers)),
        tell_(std::move(tell)),
        publish_(std::move(publish)),
        faults_(faults) {}

  // Decides the epoch and finishes its outputs. Returns why it is not decided, nullptr: it is. Throws what must end the
  // attempt: outputs that could not be finished, DecisionUnknown.
  std::exception_ptr decide(const Manifest& manifest);

 private:
  void finish_outputs(const Manifest& manifest);
  void remove_old(int64_t epoch);
  void publish(const Manifest& manifest);

  Decider& decider_;
  const std::map<std::string, std::unique_ptr<SinkCommitter>> committers_;
  const std::function<void(std::string)> tell_;
  const std::function<void(const Manifest&)> publish_;
  Faults& faults_;
  std::string publish_problem_;  // told last; empty: it went well
};

// Returns what ends the attempt when checkpoint `epoch` was given up because of `last`, the last one of `in_a_row`: a
// UserError where that is one, otherwise a TransientError.
std::exception_ptr too_many_failures(const std::exception_ptr& last, int64_t epoch, int64_t in_a_row);

}  // namespace tidemill
