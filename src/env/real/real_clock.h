// env/real/real_clock.h - the operating system's clocks. Rule: the only place that reads them.
#pragma once
#include "env/clock.h"

namespace tidemill {

class RealClock final : public Clock {
 public:
  EpochMillis now() const override;
  int64_t monotonic_ns() const override;
};

}  // namespace tidemill
