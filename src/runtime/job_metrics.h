// runtime/job_metrics.h - what a job has counted, as plain data. Rule: counters continue over a restore; names are
// Flink's where Flink has one (operator_counters.h).
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/time.h"
#include "runtime/operator_node.h"

namespace tidemill {

struct OperatorSubtaskMetrics {
  std::string id;
  std::string name;
  int32_t subtask = 0;
  std::map<std::string, int64_t> counters;
  EpochMillis watermark = kNoWatermark;  // what downstream was last told
};

// Rows and batches that left a subtask over one edge; rows / batches is how full batches are.
struct EdgeMetrics {
  std::string from;  // operator id
  std::string to;
  int32_t subtask = 0;
  int64_t rows = 0;
  int64_t batches = 0;
  int32_t queued = 0;  // events waiting now
};

struct JobMetrics {
  int64_t rows_in = 0;   // that sources gave
  int64_t rows_out = 0;  // that sinks took
  int64_t rows_in_errors = 0;
  int64_t rows_late = 0;
  EpochMillis watermark = kNoWatermark;  // the lowest of any source's subtask; kMaxWatermark: all have ended
  size_t state_bytes = 0;                // pages of state in memory
  MemoryUse memory;                      // bytes charged to the job's budget, by kind
  std::vector<OperatorSubtaskMetrics> operators;
  std::vector<EdgeMetrics> edges;

  // Checks that every row that an operator judges by time has one of the outcomes of row_outcomes.h. Requires: the job
  // has ended, and no operator holds events. Throws EngineError.
  void check_row_outcomes() const;
  // Returns the sum of a counter over all subtasks of an operator (empty id: of all operators).
  int64_t sum(std::string_view counter, std::string_view operator_id = {}) const;
};

// Rows that one operator dropped as late.
struct LateReport {
  std::string operator_id;
  std::string operator_name;
  int64_t rows = 0;
  std::map<std::string, int64_t> by_reason;
  std::vector<LateSample> samples;
};

// The closing summary of a job.
struct JobSummary {
  int64_t rows_in = 0;
  int64_t rows_out = 0;
  int64_t rows_in_errors = 0;
  int64_t rows_late = 0;
  int64_t rows_left_open = 0;  // in processing-time windows that the end left unfired
  std::vector<LateReport> late;
  JobMetrics metrics;
};

}  // namespace tidemill
