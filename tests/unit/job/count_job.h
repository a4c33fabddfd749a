// tests/unit/job/count_job.h - a job for tests of checkpoints: counts rows by key, and emits the counts at the end of
// its input into a sink that shows what is decided. Rule: its output is the same however it was interrupted.
#pragma once
#include <string>
#include <vector>

#include "job/job_execution.h"
#include "sim/committed_sink.h"
#include "sim/log_source.h"

namespace tidemill {

constexpr int32_t kSplits = 3, kRowsPerSplit = 400;  // of the input

// Returns source ▸ count ▸ sink at these parallelisms. `out` is borrowed.
JobGraph count_job(sim::CommittedRows& out, int32_t sources, int32_t counters, sim::LogSourceOptions log = {});
// Returns what the input is read from, with its columns.
std::shared_ptr<const Source> count_source(sim::LogSourceOptions log);
// Options of such a job, with its checkpoints in "ck".
JobOptions with_checkpoints();
// The rows that it must come to, as CommittedRows::folded() gives them.
std::vector<std::string> expected_counts();
// Runs until a checkpoint that begins after about `rows` rows is answered; returns its epoch, 0: it was not decided.
int64_t run_to_checkpoint(JobExecution& job, int64_t rows);

}  // namespace tidemill
