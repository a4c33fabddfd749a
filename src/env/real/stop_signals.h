// env/real/stop_signals.h - Ctrl-C and SIGTERM as a flag. Rule: the first signal asks for a clean end, the second one
// kills the process as if nobody listened. Signals of one moment are one: timeout(1) sends to process and group.
#pragma once

namespace tidemill {

// Listens to SIGINT and SIGTERM while it lives. At most one at a time in a process.
class StopSignals {
 public:
  StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
  ~StopSignals();
  // Returns whether one of them has come. Any thread.
  bool requested() const;
};

}  // namespace tidemill
