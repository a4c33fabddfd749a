// benchmarks/support/script_job.h - runs SQL as `tidemill run` does: session, plan, job, real environment. Rule: no
// shortcut: what is measured is what a user's script costs from its text to its last row.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/spi/connector.h"
#include "data/batch.h"
#include "runtime/job_metrics.h"

namespace tidemill::bench {

// Batches that a table with 'connector' = 'memory' gives, over and over.
struct MemoryTable {
  SchemaPtr schema;
  std::vector<Batch> batches;
};

// Takes result rows, on a task's thread.
using TakeRows = std::function<void(const Batch&)>;

// How run_script() runs the jobs of a script, and who is told.
struct ScriptRun {
  TakeRows take = {};  // takes the rows of queries and of tables with 'connector' = 'taken'; empty: nobody does
  const MemoryTable* memory = nullptr;  // what tables of the connector `memory` read; null: there are none
  std::function<void(ConnectorRegistry&)> connectors = {};        // adds more of them
  std::vector<std::string> settings = {"parallelism.default=1"};  // key=value
  // A job has been started: its sources have their splits, and none of its tasks has run.
  std::function<void()> started = {};
  std::function<void(const JobSummary&)> ended = {};  // its last row is written
};

// Runs the statements of `sql`, one after the other. Throws as the engine does.
void run_script(std::string_view sql, const ScriptRun& run);

}  // namespace tidemill::bench
