// checkpoint/decider.h - decides epochs. Rule: one decision record an epoch; what is decided is never undone, what is
// not decided never happened.
#pragma once
#include <optional>

#include "checkpoint/manifest.h"

namespace tidemill {

// Called on the I/O pool, or before a job starts; one call at a time.
class Decider {
 public:
  virtual ~Decider() = default;
  // Makes the epoch the one that a restart goes on from. Every file that the manifest names is durable. Throws
  // TransientError when it could not: the epoch is then not decided.
  virtual void decide(const Manifest& manifest) = 0;
  // The outputs of the decided epoch are finished: older ones are needed no longer.
  virtual void finished(int64_t epoch) = 0;
  // Returns the newest decided epoch, nullopt where there is none.
  virtual std::optional<Manifest> last_decided() = 0;
};

// For jobs that keep no checkpoints: an epoch is decided when it is asked for, and forgotten with the process.
class ForgetfulDecider final : public Decider {
 public:
  void decide(const Manifest&) override {}
  void finished(int64_t) override {}
  std::optional<Manifest> last_decided() override { return std::nullopt; }
};

}  // namespace tidemill
