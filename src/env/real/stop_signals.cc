#include "env/real/stop_signals.h"

#include <atomic>
#include <csignal>
#include <ctime>

#include "base/check.h"

namespace tidemill {
namespace {

// A signal handler can reach nothing but globals; these are why the file exists.
std::atomic<bool> stop_requested = false;
std::atomic<bool> listening = false;
std::atomic<int64_t> first_signal_ms = 0;

constexpr int64_t kOneMomentMs = 200;  // longer than a sender takes to signal twice, shorter than a hand

int64_t monotonic_ms() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<int64_t>(time.tv_sec) * 1000 + time.tv_nsec / 1'000'000;
}

void on_stop_signal(int signal) {
  // The time is there before anybody else looks: a second thread may handle a signal of the same moment.
  int64_t first = 0;
  const bool is_first = first_signal_ms.compare_exchange_strong(first, monotonic_ms());
  stop_requested.store(true);
  if (is_first || monotonic_ms() - first < kOneMomentMs) return;
  std::signal(signal, SIG_DFL);  // a second one ends the process
  ::raise(signal);
}

}  // namespace

StopSignals::StopSignals() {
  CHECK(!listening.exchange(true));
  stop_requested.store(false);
  first_signal_ms.store(0);
  std::signal(SIGINT, on_stop_signal);
  std::signal(SIGTERM, on_stop_signal);
}

StopSignals::~StopSignals() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  listening.store(false);
}

bool StopSignals::requested() const { return stop_requested.load(); }

}  // namespace tidemill
