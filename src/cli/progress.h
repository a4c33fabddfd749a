// cli/progress.h - the line that shows how a long job goes. Rule: only on a terminal, only after a second, at most
// twice a second.
#pragma once
#include <string>

#include "env/environment.h"
#include "job/job.h"

namespace tidemill {

class Progress {
 public:
  // `environment` is borrowed.
  explicit Progress(Environment& environment)
      : environment_(environment), started_ns_(environment.clock.monotonic_ns()) {}
  // Draws the line when it is due. Executor's own thread.
  void update(const Job& job);
  // Takes the line away.
  void clear();
  double elapsed_seconds() const;

 private:
  Environment& environment_;
  int64_t started_ns_;
  int64_t drawn_ns_ = 0;
  int64_t rows_drawn_ = 0;  // read when the line was last drawn
  bool shown_ = false;
};

// Returns the line: state, rows in (and a second, as given), rows out, how far the watermark is behind the clock (only
// of jobs that do not end), the watermark, size of state, the last checkpoint.
std::string progress_line(const JobStatus& status, double rows_per_second);

}  // namespace tidemill
