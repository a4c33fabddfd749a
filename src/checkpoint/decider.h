// checkpoint/decider.h - decides epochs. Rule: one decision record an epoch; what is decided is never undone, what is
// not decided never happened.
#pragma once
#include <optional>

#include "base/error.h"
#include "checkpoint/manifest.h"

namespace tidemill {

// The record of an epoch may be there or not: only a restart, which looks, can tell. The attempt must end, because
// going on could decide twice over what this epoch holds.
class DecisionUnknown : public TransientError {
 public:
  using TransientError::TransientError;
};

// Called on the I/O pool, or before a job starts; one call at a time, but for hold() and release().
class Decider {
 public:
  virtual ~Decider() = default;
  // Makes the epoch the one that a restart goes on from. Every file that the manifest names is durable. Throws
  // DecisionUnknown where it may be decided or not; after any other error it is not, and never will be.
  virtual void decide(const Manifest& manifest) = 0;
  // The epoch was given up: removes what was written for it, as far as that is possible. Throws nothing.
  virtual void abandon(int64_t epoch) = 0;
  // The outputs of the decided epoch are finished: older ones are needed no longer. Throws where they could not be
  // removed; nothing else depends on that.
  virtual void finished(int64_t epoch) = 0;
  // Keeps a decided epoch, however old it grows, until it is released as often. Any thread.
  virtual void hold(int64_t epoch) = 0;
  virtual void release(int64_t epoch) = 0;
  // True where an epoch that is given up ends the attempt: its output is in no other epoch's.
  virtual bool needs_every_epoch() const { return false; }
  // Returns the newest decided epoch, nullopt where there is none.
  virtual std::optional<Manifest> last_decided() = 0;
};

// For jobs that keep no checkpoints: an epoch is decided when it is asked for, and forgotten with the process.
class ForgetfulDecider final : public Decider {
 public:
  void decide(const Manifest&) override {}
  void abandon(int64_t) override {}
  void finished(int64_t) override {}
  void hold(int64_t) override {}
  void release(int64_t) override {}
  std::optional<Manifest> last_decided() override { return std::nullopt; }
};

}  // namespace tidemill
