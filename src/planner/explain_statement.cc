// planner/explain_statement.cc - EXPLAIN. Rule: what is shown is what would run.
#include <algorithm>

#include "plan/explain.h"
#include "planner/explain_state.h"
#include "planner/job_graph_json.h"
#include "planner/job_planning.h"
#include "planner/lints.h"
#include "planner/table_access.h"

namespace tidemill {

TextResult StatementPlanner::explain(const ast::Explain& statement) const {
  const auto wants = [&](ast::ExplainDetail detail) {
    return std::ranges::find(statement.details, detail) != statement.details.end();
  };
  const PlannedJob job = plan_statement(*statement.statement, session_);
  if (wants(ast::ExplainDetail::kState)) return explain_state(make_job_graph(job, session_, nullptr));
  const Changelog* changelog = wants(ast::ExplainDetail::kChangelogMode) ? job.changelog.get() : nullptr;
  std::string text = "== Abstract Syntax Tree ==\n" + explain_logical(job.bound);
  const bool advises = wants(ast::ExplainDetail::kPlanAdvice);
  text += fmt::format("\n== Optimized Physical Plan{} ==\n", advises ? " With Advice" : "");
  std::optional<PlanCosts> costs;
  if (wants(ast::ExplainDetail::kEstimatedCost))
    costs.emplace(job.optimized, TableAccess(session_.connectors, session_.formats));
  text += explain_physical(job.optimized, changelog, costs ? &*costs : nullptr);
  if (advises) {
    const std::vector<std::string> advice = lint(job);
    text += "\n";
    for (size_t i = 0; i < advice.size(); ++i) text += fmt::format("advice[{}]: [WARNING] {}\n", i + 1, advice[i]);
    if (advice.empty()) text += "No available advice.\n";
  }
  text += "\n== Optimized Execution Plan ==\n" + explain_execution(job.optimized);
  // Translating is part of planning: what cannot run is refused here too.
  const JobGraph graph = make_job_graph(job, session_, nullptr);
  if (wants(ast::ExplainDetail::kJsonExecutionPlan)) {
    text += "\n== Physical Execution Plan ==\n" + job_graph_json(graph) + "\n";
  }
  TextResult result;
  result.columns = {"result"};
  result.rows = {{std::move(text)}};
  result.is_text = true;
  return result;
}

}  // namespace tidemill
