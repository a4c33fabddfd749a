// sim/differences.h - compares what a job has shown with what it should have. Rule: rows, rows read and rows late, all
// three.
#pragma once
#include <string>

#include "runtime/job_metrics.h"
#include "sim/committed_sink.h"
#include "sim/workload.h"

namespace tidemill::sim {

// Returns how a job that has ended differs from what is expected, a few rows of it; empty: not at all.
std::string differences(const Expectation& expected, const CommittedRows& rows, const JobSummary& summary);

}  // namespace tidemill::sim
