// job/why.h - why there is no output yet. Rule: the first line says what the job waits for; what follows is what that
// was read from, so that nobody has to believe it.
#pragma once
#include <string>
#include <vector>

#include "job/control_protocol.h"
#include "job/job.h"

namespace tidemill {

// All that the answer is made of.
struct WhyInput {
  JobStatus status;
  std::vector<TaskInspection> tasks;  // of tasks that still run
  std::vector<JobSink> sinks;
};

// What the job waits for.
enum class WhyCause : uint8_t {
  kEnding,        // it stops, is cancelled, or has ended
  kNoRows,        // nothing was read yet
  kAllInErrors,   // nothing could be read as its table declares
  kNoWatermark,   // windows wait, and some split has given no event time
  kEventTime,     // windows wait for the watermark
  kDelay,         // rows beyond the windows were read, and WATERMARK FOR waits longer than they go
  kFuture,        // a row is dated far ahead of the clock, and the rest waits for it, or is late for it
  kAllLate,       // every row came too late
  kAllFiltered,   // an operator lets no row pass
  kCheckpoint,    // rows are in files that a checkpoint shows
  kBackpressure,  // something does not keep up
  kOutputFlows,   // rows come out
  kQuiet,         // all that was read is through
};

struct Why {
  WhyCause cause = WhyCause::kQuiet;
  std::string verdict;               // one or two sentences
  std::vector<std::string> details;  // lines
};

Why explain_output(const WhyInput& input);
// Adds "cause", "verdict", "sources", "windows", "late" and "blocked" to an answer.
void add_why(ControlJson& answer, const WhyInput& input, const Why& why);
// Returns the verdict and the details for people, without a last line end.
std::string why_text(const Why& why);

}  // namespace tidemill
