// Binding, optimising and translating one job.
#include "planner/job_planning.h"

#include <algorithm>

#include "base/config_options.h"
#include "plan/passes/determinism.h"
#include "plan/rules/rule.h"
#include "planner/keep_final_rows.h"
#include "planner/materialize_sinks.h"
#include "planner/mini_batch.h"
#include "planner/normalize_sources.h"
#include "planner/translation.h"
#include "sql/binder/query_binder.h"
#include "sql/binder/table_binder.h"
#include "sql/binder/window_emit.h"

namespace tidemill {
namespace {

EvaluationContext evaluation_context(const Config& config) {
  EvaluationContext context;
  const std::string zone = config.get(kLocalTimeZone);
  if (zone == "default") return context;
  const std::optional<TimeZone> found = TimeZone::find(zone);
  if (!found) {
    throw UserError(fmt::format("Unknown time zone in table.local-time-zone: {}", zone),
                    "Use a name such as Europe/Berlin or UTC.");
  }
  context.time_zone = *found;
  return context;
}

// STREAMING, BATCH, or AUTOMATIC: batch where all input is bounded.
bool runs_as_batch(const PlannedJob& job, const Config& config) {
  const std::string mode = config.get(kRuntimeMode);
  if (mode == "STREAMING") return false;
  std::string unbounded;
  visit_plan(job.optimized, [&](const PlanNode& node) {
    const auto* scan = node.try_as<ScanNode>();
    if (scan == nullptr || !unbounded.empty() || job.tables->source(*scan).bounded) return;
    unbounded = scan->table()->name.name;
  });
  if (unbounded.empty()) return true;
  if (mode == "AUTOMATIC") return false;
  throw UserError(fmt::format("Batch mode needs bounded input, and table {} never ends", unbounded),
                  "SET 'execution.runtime-mode' = 'streaming'.");
}

bool reads_current_watermark(const ExpressionPtr& expression) {
  if (expression == nullptr) return false;
  const auto* call = expression->try_as<Call>();
  if (call != nullptr && call->name() == "CURRENT_WATERMARK") return true;
  return std::ranges::any_of(expression->children(), reads_current_watermark);
}

bool plan_reads_current_watermark(const std::vector<PlanPtr>& roots) {
  bool reads = false;
  visit_plan(roots, [&](const PlanNode& node) {
    const auto* calc = node.try_as<CalcNode>();
    reads = reads || (calc != nullptr && (reads_current_watermark(calc->predicate()) ||
                                          std::ranges::any_of(calc->projections(), reads_current_watermark)));
  });
  return reads;
}

// What reads t$late or t$errors comes behind what leaves the rows out.
std::vector<PlanPtr> side_readers_last(std::vector<PlanPtr> roots) {
  std::ranges::stable_partition(roots, [](const PlanPtr& root) {
    bool reads = false;
    visit_plan(*root, [&](const PlanNode& node) { reads = reads || node.kind() == PlanKind::kSideRows; });
    return !reads;
  });
  return roots;
}

SchemaPtr result_schema(const Schema& schema) {
  std::vector<Field> fields = schema.fields();
  const std::vector<std::string> names = unique_names(schema);
  for (size_t i = 0; i < fields.size(); ++i) fields[i].name = names[i];
  return make_schema(std::move(fields));
}

void bind(const ast::Statement& statement, const BindingContext& context, PlannedJob& job) {
  switch (statement.kind) {
    case ast::StatementKind::kQuery: {
      PlanPtr plan = QueryBinder(context).bind(*statement.as<ast::QueryStatement>().query);
      job.result = result_schema(*plan->schema());
      job.bound.push_back(rename_columns(std::move(plan), job.result->names()));
      return;
    }
    case ast::StatementKind::kInsert:
      job.bound.push_back(bind_insert(statement.as<ast::Insert>(), context));
      return;
    case ast::StatementKind::kStatementSet:
      for (const auto& insert : statement.as<ast::StatementSet>().inserts) {
        job.bound.push_back(bind_insert(*insert, context));
      }
      return;
    default:
      throw UserError(statement.location, "Only a query, INSERT or statement set can be planned as a job");
  }
}

// Windows of table functions end once.
void refuse_window_functions(const std::vector<PlanPtr>& roots) {
  visit_plan(roots, [](const PlanNode& node) {
    const auto* aggregate = node.try_as<WindowAggregateNode>();
    if (aggregate == nullptr || aggregate->emit().updates()) return;
    throw UserError(
        "Windows of table functions (FROM TUMBLE(TABLE t, …)) give no early or late results, which "
        "table.exec.emit.early-fire.enabled and table.exec.emit.late-fire.enabled ask for",
        "Write GROUP BY TUMBLE(ts, size), or set them to false.");
  });
}

}  // namespace

PlannedJob plan_statement(const ast::Statement& statement, const PlannerSession& session) {
  PlannedJob job;
  const BindingContext context{session.catalog, session.config, session.functions, session.files};
  bind(statement, context, job);
  job.tables = std::make_unique<TableAccess>(session.connectors, session.formats);
  OptimizerContext rules{evaluation_context(session.config), job.tables.get()};
  rules.batch_where_bounded = session.config.get(kRuntimeMode) != "STREAMING";
  rules.rows_by_time = session.config.get(kRowOrder) == "EVENT_TIME";
  job.optimized = optimize(normalize_sources(job.bound, *job.tables, session.config), rules);
  job.batch = runs_as_batch(job, session.config);
  if (job.batch) {
    job.optimized = keep_final_rows(job.optimized, *job.tables);
  } else {
    if (asks_for_updates(session.config)) refuse_window_functions(job.optimized);
    job.optimized = apply_mini_batch(job.optimized, session.config);
    job.optimized = materialize_sinks(job.optimized, *job.tables, session.config);
  }
  job.changelog = std::make_unique<Changelog>(job.optimized, *job.tables, job.batch);
  if (session.config.get(kNonDeterministicUpdates) == "TRY_RESOLVE")
    check_deterministic_updates(job.optimized, *job.changelog, *job.tables);
  return job;
}

JobGraph make_job_graph(const PlannedJob& job, const PlannerSession& session, std::shared_ptr<const Sink> result_sink) {
  TranslationContext context{session.config, *job.tables, *job.changelog, job.batch, false, std::move(result_sink)};
  context.row_watermarks = plan_reads_current_watermark(job.optimized);
  Translation translation(std::move(context));
  for (const PlanPtr& root : side_readers_last(job.optimized)) {
    if (root->kind() == PlanKind::kSink) {
      translation.add_sink(root);
    } else {
      translation.add_query(root, job.result);
    }
  }
  JobGraph graph = translation.finish();
  check_rejected_are_taken(graph);
  return graph;
}

}  // namespace tidemill
