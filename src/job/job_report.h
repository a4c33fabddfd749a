// job/job_report.h - a job's status and metrics for programs and people. Rule: made of a JobStatus alone, so that the
// parts of an answer belong to one moment; metrics have Flink's names.
#pragma once
#include <string>

#include "job/control_protocol.h"
#include "job/job.h"

namespace tidemill {

// Adds "job", "rows", "watermark_ms", "state_bytes", "memory_bytes" (by kind, with the limit) and "checkpoints" to an
// answer.
void add_status(ControlJson& answer, const JobStatus& status);
// Returns the same for people; ends without a line end.
std::string status_text(const JobStatus& status);

// Adds "operators" and "edges": every counter of every subtask; and "memory_bytes" as above.
void add_metrics(ControlJson& answer, const JobStatus& status);
// Returns a line an operator, counters summed over its subtasks, and the bytes of memory by kind.
std::string metrics_text(const JobStatus& status);

}  // namespace tidemill
