// A session to plan in, over tables of the fake connectors: catalog, settings and functions, and no engine.
#pragma once
#include "planner/job_planning.h"
#include "planner/statement_planner.h"
#include "tests/unit/planner/fake_tables.h"

namespace tidemill {

class PlanningSession {
 public:
  PlanningSession();

  // Plans one statement as the command line does; definitions take effect.
  PlannedStatement plan(const ast::Statement& statement) {
    return StatementPlanner(session()).plan(statement, nullptr);
  }
  // Makes the definitions of a script.
  void run(const std::string& sql);
  // Plans one query, INSERT or statement set, and returns it as bound and optimised.
  PlannedJob plan_job(const std::string& sql);
  JobGraph graph(const PlannedJob& job) { return make_job_graph(job, session(), nullptr); }

 private:
  PlannerSession session() { return {catalog_, config_, functions_, connectors_, formats_, files_}; }

  Catalog catalog_;
  Config config_;
  FunctionRegistry functions_;
  ConnectorRegistry connectors_;
  FormatRegistry formats_;
  FakeFileTables files_;
};

}  // namespace tidemill
