// cli/progress.h - the line that shows how a long job goes. Rule: only on a terminal, only after a second, at most
// twice a second.
#pragma once
#include "env/environment.h"
#include "job/job_execution.h"

namespace tidemill {

class Progress {
 public:
  explicit Progress(Environment& environment)
      : environment_(environment), started_ns_(environment.clock.monotonic_ns()) {}
  // Draws the line when it is due. Executor's own thread.
  void update(const JobExecution& job);
  // Takes the line away.
  void clear();
  double elapsed_seconds() const;

 private:
  Environment& environment_;
  int64_t started_ns_;
  int64_t drawn_ns_ = 0;
  bool shown_ = false;
};

}  // namespace tidemill
