// tidemill run: the statements of a script in order, each job to its end.
#include <variant>

#include "builtins/file_tables.h"
#include "cli/commands.h"
#include "cli/error_report.h"
#include "cli/progress.h"
#include "cli/query_sink.h"
#include "sql/parser.h"

namespace tidemill {
namespace {

std::string rows_text(int64_t rows) { return fmt::format("{} {}", rows, rows == 1 ? "row" : "rows"); }

class ScriptRun {
 public:
  ScriptRun(const RunOptions& options, Environment& environment, const std::function<bool()>& stop_requested)
      : options_(options),
        environment_(environment),
        stop_requested_(stop_requested),
        registries_(make_builtin_registries()),
        files_(environment.files, registries_->formats),
        session_(*registries_, files_, environment) {}

  // Runs the statements in order; what an earlier one printed stays when a later one fails.
  void run(std::string_view sql) {
    apply_settings(session_, options_.script.settings, environment_);
    for (const ast::StatementPtr& statement : parse_script(sql)) {
      if (stop_requested_()) return;
      run_statement(*statement);
      environment_.console.flush();
    }
  }

 private:
  void run_statement(const ast::Statement& statement) {
    const auto sink = std::make_shared<QuerySink>();
    PlannedStatement planned = session_.plan(statement, sink);
    if (const auto* done = std::get_if<NothingToRun>(&planned)) {
      for (const std::string& note : done->notes) tell("note: " + note);
    } else if (const auto* text = std::get_if<TextResult>(&planned)) {
      print(*text);
    } else {
      run_job(std::get<JobPlan>(std::move(planned)), *sink);
    }
  }

  void tell(const std::string& line) { environment_.console.write_error(line + "\n"); }
  ResultWriter::Write output() {
    return [this](std::string_view text) { environment_.console.write_out(text); };
  }

  void print(const TextResult& text) {
    if (text.is_text) {
      for (const auto& row : text.rows) environment_.console.write_out(row.at(0).value_or("") + "\n");
      return;
    }
    std::vector<Field> fields;
    for (const std::string& column : text.columns) fields.push_back({column, Type::string()});
    const bool changelog = options_.format == ResultFormat::kChangelog;  // what is no query has no changes
    const ResultFormat format = changelog ? ResultFormat::kTable : options_.format;
    const auto writer = make_result_writer(format, {make_schema(std::move(fields)), false}, true, output());
    for (const auto& row : text.rows) writer->add({RowKind::kInsert, row});
    writer->finish();
  }

  void run_job(JobPlan plan, QuerySink& sink) {
    for (const std::string& warning : plan.warnings) tell("warning: " + warning);
    std::unique_ptr<ResultWriter> writer;
    if (plan.is_query) {
      const bool changes = !plan.bounded || options_.format == ResultFormat::kChangelog;
      writer = make_result_writer(options_.format, {plan.result, changes}, plan.kinds.append_only(), output());
      sink.open(*writer, evaluation_context_of(plan.graph));
    }
    const std::unique_ptr<JobExecution> job = session_.make_job(std::move(plan.graph));
    job->start();
    for (const std::string& warning : job->warnings()) tell("warning: " + warning);
    Progress progress(environment_);
    bool stopping = false;
    try {
      job->run([&] {
        if (!stopping && stop_requested_()) {
          stopping = true;
          job->stop();
        }
        progress.update(*job);
        return false;
      });
    } catch (...) {
      progress.clear();
      throw;
    }
    progress.clear();
    if (writer) writer->finish();
    environment_.console.flush();
    summarise(job->summary(), plan.is_query, progress.elapsed_seconds());
  }

  // The closing summary: nothing for a query over constants, whose rows are all there is to know.
  void summarise(const JobSummary& summary, bool is_query, double seconds) {
    if (is_query && summary.rows_late == 0 && summary.rows_in_errors == 0 && summary.rows_left_open == 0 &&
        !reads_tables(summary))
      return;
    tell(fmt::format("{} in, {} out, {} late, {:.2f} s", rows_text(summary.rows_in), rows_text(summary.rows_out),
                     summary.rows_late, seconds));
    for (const LateReport& late : summary.late) {
      std::vector<std::string> reasons;
      for (const auto& [reason, rows] : late.by_reason) reasons.push_back(fmt::format("{} {}", rows, reason));
      tell(fmt::format("  {} late for {} ({})", rows_text(late.rows), late.operator_name, fmt::join(reasons, ", ")));
    }
    if (summary.rows_in_errors > 0)
      tell(fmt::format("  {} that could not be read (numRecordsInErrors)", rows_text(summary.rows_in_errors)));
    if (summary.rows_left_open > 0)
      tell(fmt::format("  {} in processing-time windows that had not ended", rows_text(summary.rows_left_open)));
  }

  static bool reads_tables(const JobSummary& summary) {
    for (const OperatorSubtaskMetrics& subtask : summary.metrics.operators) {
      if (subtask.id.starts_with("source")) return true;
    }
    return false;
  }

  const RunOptions& options_;
  Environment& environment_;
  const std::function<bool()>& stop_requested_;
  std::unique_ptr<Registries> registries_;
  InferredFileTables files_;
  Session session_;
};

}  // namespace

int run_command(const RunOptions& options, Environment& environment, const std::function<bool()>& stop_requested) {
  std::string sql;
  try {
    sql = read_script(options.script.file, environment);
    ScriptRun(options, environment, stop_requested).run(sql);
    environment.console.flush();
    return kExitOk;
  } catch (...) {
    const ErrorReport report = report_error(std::current_exception(), options.script.file, sql);
    environment.console.write_error(report.text);
    return report.exit_code;
  }
}

}  // namespace tidemill
