// planner/job_planning.h - a query, an INSERT or a statement set: bound, optimised, translated. Rule: EXPLAIN and
// running take the same way, so that what is shown is what runs.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "plan/passes/changelog.h"
#include "planner/statement_planner.h"
#include "planner/table_access.h"

namespace tidemill {

// One job, planned.
struct PlannedJob {
  std::vector<PlanPtr> bound;      // one a sink, or the query
  std::vector<PlanPtr> optimized;  // likewise
  std::unique_ptr<TableAccess> tables;
  std::unique_ptr<Changelog> changelog;  // of the optimised plans
  bool batch = false;
  SchemaPtr result;  // of a query; null otherwise
};

// Binds and optimises a query, INSERT or statement set. Throws UserError.
PlannedJob plan_statement(const ast::Statement& statement, const PlannerSession& session);

// Returns the job's graph; `result_sink` takes the rows of a query.
JobGraph make_job_graph(const PlannedJob& job, const PlannerSession& session, std::shared_ptr<const Sink> result_sink);

}  // namespace tidemill
