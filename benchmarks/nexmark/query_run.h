// benchmarks/nexmark/query_run.h - runs one query of Nexmark once, in this process. Rule: the clock starts when all
// events are in memory and nothing has read them yet (nexmark.preload), and stops at the job's end.
#pragma once
#include <cstdint>
#include <string>

#include "benchmarks/nexmark/measurement.h"

namespace tidemill::bench {

constexpr int64_t kEventsPerSecond = 100'000;  // of event time: a million events are one window of ten seconds

struct QueryRun {
  std::string query;  // "q5"
  int64_t events = 0;
  int32_t parallelism = 1;
  std::string sql_folder;  // that of tables.sql and the queries
};

// Returns the measurement of one run, its results into sink 'blackhole' (q10: into files that are removed again).
// Requires: the process has run nothing before, for the sake of its memory. Throws std::runtime_error where the SQL
// cannot be read, and as the engine does.
Measurement measure_query(const QueryRun& run);

// Runs the loop by hand for the query (benchmarks/limit/) once, over the same events, on one thread, and returns its
// CPU seconds. `check`: runs it and the query before, and compares what they give. Throws std::runtime_error where that
// differs. Requires: there is a loop.
double measure_by_hand(const QueryRun& run, bool check);

}  // namespace tidemill::bench
