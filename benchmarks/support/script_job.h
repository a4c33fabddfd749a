// benchmarks/support/script_job.h - runs SQL as `tidemill run` does: session, plan, job, real environment. Rule: no
// shortcut: what is measured is what a user's script costs from its text to its last row.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/batch.h"

namespace tidemill::bench {

// Batches that a table with 'connector' = 'memory' gives, over and over.
struct MemoryTable {
  SchemaPtr schema;
  std::vector<Batch> batches;
};

// Takes result rows, on a task's thread.
using TakeRows = std::function<void(const Batch&)>;

// Runs the statements of `sql` at parallelism 1; rows of its queries go to `take`. `memory` is what tables of the
// connector `memory` read, null: there are none. Throws as the engine does.
void run_script(std::string_view sql, const TakeRows& take, const MemoryTable* memory = nullptr);

}  // namespace tidemill::bench
