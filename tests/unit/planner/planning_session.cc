#include "tests/unit/planner/planning_session.h"

#include "functions/all.h"
#include "sql/parser.h"

namespace tidemill {

PlanningSession::PlanningSession() {
  register_builtin_functions(functions_);
  register_fake_connectors(connectors_);
}

void PlanningSession::run(const std::string& sql) {
  for (const ast::StatementPtr& statement : parse_script(sql)) plan(*statement);
}

PlannedJob PlanningSession::plan_job(const std::string& sql) {
  return plan_statement(*parse_script(sql).front(), session());
}

}  // namespace tidemill
