// planner/statement_planner.h - one statement to what is to be done: a job to run, text to show, or nothing more. Rule:
// definitions (CREATE, DROP, SET) take effect here, jobs are only planned.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/config.h"
#include "catalog/catalog.h"
#include "connectors/spi/connector.h"
#include "expr/function_registry.h"
#include "plan/passes/row_kinds.h"
#include "runtime/job_graph.h"
#include "sql/ast/statement.h"
#include "sql/binder/binding_context.h"

namespace tidemill {

// What a session is made of; borrowed, and outlives the planner and every job it plans. One thread at a time.
struct PlannerSession {
  Catalog& catalog;
  Config& config;
  const FunctionRegistry& functions;
  const ConnectorRegistry& connectors;
  const FormatRegistry& formats;
  FileTables& files;
};

struct JobPlan {
  JobGraph graph;
  bool is_query = false;  // a SELECT: its rows go to the result sink
  SchemaPtr result;       // of a SELECT; column names are unique
  RowKinds kinds;         // of a SELECT
  bool bounded = false;   // the job ends by itself
  // Columns of a SELECT that identify a row, where some are known.
  std::optional<std::vector<int32_t>> upsert_key;
  std::vector<std::string> tables_written;  // by INSERT
  std::vector<std::string> warnings;
  std::vector<UserError> flink_limits;  // what of the plan Apache Flink refuses (flink_limits.h)
};

// A small result made by the planner itself: SHOW, DESCRIBE, EXPLAIN, SET without a key.
struct TextResult {
  std::vector<std::string> columns;
  std::vector<std::vector<std::optional<std::string>>> rows;  // nullopt: NULL
  bool is_text = false;  // one cell that is a text of many lines (EXPLAIN, SHOW CREATE): print it as it is
};

// The statement took effect.
struct NothingToRun {
  std::vector<std::string> notes;  // for the user: a setting without effect
};

using PlannedStatement = std::variant<NothingToRun, TextResult, JobPlan>;

class StatementPlanner {
 public:
  explicit StatementPlanner(PlannerSession session) : session_(session) {}

  // Plans one statement; rows of a SELECT go to `result_sink`, which may be null where no job will be run (check).
  // Throws UserError with the place in the statement.
  PlannedStatement plan(const ast::Statement& statement, std::shared_ptr<const Sink> result_sink);

 private:
  PlannedStatement plan_job(const ast::Statement& statement, std::shared_ptr<const Sink> result_sink);
  // show.cc
  TextResult show(const ast::Show& statement) const;
  TextResult describe(const ast::Describe& statement) const;
  TextResult explain(const ast::Explain& statement) const;  // explain_statement.cc
  // define.cc
  PlannedStatement create(const ast::CreateTable& statement);
  NothingToRun create_table(const ast::CreateTable& statement);
  NothingToRun create_expanded(const ast::CreateTable& expanded, SourceLocation location);
  PlannedStatement create_table_as(const ast::CreateTable& statement);
  NothingToRun create_view(const ast::CreateView& statement);
  NothingToRun create_function(const ast::CreateFunction& statement);
  NothingToRun drop(const ast::Drop& statement);
  PlannedStatement set(const ast::Set& statement);
  NothingToRun reset(const ast::Reset& statement);
  NothingToRun use(const ast::Use& statement) const;

  PlannerSession session_;
};

}  // namespace tidemill
