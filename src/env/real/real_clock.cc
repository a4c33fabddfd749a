#include "env/real/real_clock.h"

#include <ctime>

namespace tidemill {
namespace {

timespec read_clock(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return time;
}

}  // namespace

EpochMillis RealClock::now() const {
  const timespec time = read_clock(CLOCK_REALTIME);
  return static_cast<int64_t>(time.tv_sec) * 1000 + time.tv_nsec / 1'000'000;
}

int64_t RealClock::monotonic_ns() const {
  const timespec time = read_clock(CLOCK_MONOTONIC);
  return static_cast<int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

}  // namespace tidemill
