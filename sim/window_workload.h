// sim/window_workload.h - a windowed job over logs with disorder, and what it must give. Rule: everything is drawn from
// the seed; the expected rows come from a plain evaluator that knows nothing of the engine.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "runtime/job_graph.h"
#include "sim/committed_sink.h"
#include "sim/log_source.h"

namespace tidemill::sim {

// One row of a log.
struct WindowRow {
  std::string key;
  int64_t value = 0;
  EpochMillis time = 0;
};

struct WindowWorkload {
  WindowDefinition window;
  DurationMillis watermark_delay_ms = 0;
  std::map<std::string, std::vector<WindowRow>> splits;  // by id, in log order

  // Draws a workload. Sessions get keys that lie in one split each: which of two splits is read first would otherwise
  // decide what they join.
  static WindowWorkload draw(Random& random);
  std::string description() const;
};

// What a job over the workload must give.
struct WindowExpectation {
  std::vector<std::string> rows;  // "key | count | sum | start | end", sorted
  int64_t rows_in = 0;
  int64_t rows_late = 0;
};
// Row by row: late and closed are judged by the greatest time seen earlier in the row's split, less the delay.
WindowExpectation evaluate_plainly(const WindowWorkload& workload);

struct WindowJobShape {
  int32_t source_parallelism = 1;
  int32_t window_parallelism = 1;
  bool filter_apart = false;  // a rebalance between source and filter: several channels of one split
  LogSourceOptions log;
};

// Source ▸ filter ▸ exchange by key ▸ window (COUNT, SUM) ▸ sink. `rows` is borrowed.
JobGraph window_job(const WindowWorkload& workload, const WindowJobShape& shape, CommittedRows& rows);

}  // namespace tidemill::sim
