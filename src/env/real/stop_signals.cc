#include "env/real/stop_signals.h"

#include <atomic>
#include <csignal>

#include "base/check.h"

namespace tidemill {
namespace {

// A signal handler can reach nothing but a global; this one is why the file exists.
std::atomic<bool> stop_requested = false;
std::atomic<bool> listening = false;

void on_stop_signal(int signal) {
  stop_requested.store(true);
  std::signal(signal, SIG_DFL);  // a second one ends the process
}

}  // namespace

StopSignals::StopSignals() {
  CHECK(!listening.exchange(true));
  stop_requested.store(false);
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
