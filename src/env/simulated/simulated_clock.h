// env/simulated/simulated_clock.h - a clock that somebody sets. Rule: it never goes back.
#pragma once
#include "base/check.h"
#include "env/clock.h"

namespace tidemill {

// One thread only. Starts at 2024-01-01T00:00:00Z.
class SimulatedClock final : public Clock {
 public:
  static constexpr EpochMillis kStart = 1'704'067'200'000;

  EpochMillis now() const override { return now_; }
  int64_t monotonic_ns() const override { return (now_ - kStart) * 1'000'000; }
  void advance_to(EpochMillis time) {
    CHECK(time >= now_);
    now_ = time;
  }

 private:
  EpochMillis now_ = kStart;
};

}  // namespace tidemill
