// One statement to what is to be done.
#include "planner/statement_planner.h"

#include "plan/passes/keys.h"
#include "plan/sink.h"
#include "planner/flink_limits.h"
#include "planner/job_planning.h"
#include "planner/lints.h"
#include "planner/transaction_sinks.h"

namespace tidemill {

PlannedStatement StatementPlanner::plan(const ast::Statement& statement, std::shared_ptr<const Sink> result_sink) {
  try {
    switch (statement.kind) {
      case ast::StatementKind::kCreateTable:
        return create(statement.as<ast::CreateTable>());
      case ast::StatementKind::kCreateView:
        return create_view(statement.as<ast::CreateView>());
      case ast::StatementKind::kCreateFunction:
        return create_function(statement.as<ast::CreateFunction>());
      case ast::StatementKind::kDrop:
        return drop(statement.as<ast::Drop>());
      case ast::StatementKind::kShow:
        return show(statement.as<ast::Show>());
      case ast::StatementKind::kDescribe:
        return describe(statement.as<ast::Describe>());
      case ast::StatementKind::kSet:
        return set(statement.as<ast::Set>());
      case ast::StatementKind::kReset:
        return reset(statement.as<ast::Reset>());
      case ast::StatementKind::kUse:
        return use(statement.as<ast::Use>());
      case ast::StatementKind::kExplain:
        return explain(statement.as<ast::Explain>());
      case ast::StatementKind::kInsert:
      case ast::StatementKind::kStatementSet:
      case ast::StatementKind::kQuery:
        return plan_job(statement, std::move(result_sink));
    }
  } catch (const UserError& error) {
    throw error.at(statement.location);
  }
  CHECK(false);
}

PlannedStatement StatementPlanner::plan_job(const ast::Statement& statement, std::shared_ptr<const Sink> result_sink) {
  const PlannedJob planned = plan_statement(statement, session_);
  JobPlan job;
  job.graph = make_job_graph(planned, session_, std::move(result_sink));
  transaction_sink(job.graph);  // throws where tables cannot share one
  job.is_query = planned.result != nullptr;
  job.bounded = true;
  for (const PlanPtr& root : planned.optimized) {
    job.bounded = job.bounded && planned.changelog->bounded(*root);
    if (const auto* sink = root->try_as<SinkNode>()) job.tables_written.push_back(sink->table()->name.name);
  }
  if (job.is_query) {
    const PlanNode& root = *planned.optimized.front();
    job.result = planned.result;
    job.kinds = planned.changelog->of(root);
    const std::vector<std::vector<int32_t>> keys = unique_keys(root);
    if (!keys.empty()) job.upsert_key = keys.front();
  }
  job.warnings = lint(planned);
  job.flink_limits = flink_limits(planned);
  for (std::string& warning : transaction_warnings(job.graph)) job.warnings.push_back(std::move(warning));
  return job;
}

}  // namespace tidemill
