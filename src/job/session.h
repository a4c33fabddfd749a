// job/session.h - one user's tables and settings, and the jobs made of its statements. Rule: one thread at a time;
// nothing is global.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "base/config.h"
#include "catalog/catalog.h"
#include "job/job_execution.h"
#include "planner/statement_planner.h"

namespace tidemill {

// What statements may name; filled once (builtins/), read-only afterwards, shared by sessions.
struct Registries {
  FunctionRegistry functions;
  ConnectorRegistry connectors;
  FormatRegistry formats;
};

class Session {
 public:
  // All borrowed; they outlive the session and its jobs.
  Session(const Registries& registries, FileTables& files, Environment& environment);

  Config& config() { return config_; }
  // Plans or carries out one statement. Throws UserError with its place in the SQL.
  PlannedStatement plan(const ast::Statement& statement, std::shared_ptr<const Sink> result_sink);
  // Makes the job of a plan, with this session's settings but without epochs that come by themselves; it is not
  // started. For worlds where somebody else moves the clock (tidemill test). `batch_rows` limits what a source reads at
  // a time. Even little state is saved as what changed, so that tests see that too.
  std::unique_ptr<JobExecution> make_job(JobGraph graph, int32_t batch_rows = kBatchRowsTarget);
  // Returns what the settings say of a job that is made now. Publish epochs are for those that do not end, and for
  // those that gather changes until the next one. Throws UserError for a checkpoint directory that is no local path.
  JobOptions job_options(const JobGraph& graph, bool bounded) const;

 private:
  const Registries& registries_;
  FileTables& files_;
  Environment& environment_;
  Catalog catalog_;
  Config config_;
};

// Returns what expressions of a job outside any task (printing results) are evaluated with: the graph's time zone.
EvaluationContext evaluation_context_of(const JobGraph& graph);

}  // namespace tidemill
