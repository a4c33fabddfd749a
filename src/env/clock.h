// env/clock.h - wall time and elapsed time. Rule: nobody asks for the time once a row.
#pragma once
#include "base/time.h"

namespace tidemill {

class Clock {
 public:
  virtual ~Clock() = default;
  // Returns wall time in milliseconds since the epoch, UTC. It may jump, also backwards. Any thread.
  virtual EpochMillis now() const = 0;
  // Returns nanoseconds since an arbitrary start; never goes back. Any thread.
  virtual int64_t monotonic_ns() const = 0;
};

}  // namespace tidemill
