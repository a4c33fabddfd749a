// tidemill run: the statements of a script in order, each job to its end.
#include <variant>

#include "cli/commands.h"
#include "cli/error_report.h"
#include "cli/progress.h"
#include "cli/query_sink.h"
#include "job/control_channel.h"
#include "job/job_settings.h"
#include "job/present_end.h"
#include "sql/parser.h"

namespace tidemill {
namespace {

std::string counted(int64_t count, std::string_view one, std::string_view several) {
  return fmt::format("{} {}", count, count == 1 ? one : several);
}

class ScriptRun {
 public:
  ScriptRun(const RunOptions& options, Environment& environment, const std::function<bool()>& stop_requested)
      : options_(options),
        environment_(environment),
        stop_requested_(stop_requested),
        engine_(make_builtin_engine(environment)),
        session_(engine_->open_session()) {}

  // Runs the statements in order; what an earlier one printed stays when a later one fails.
  void run(std::string_view sql) {
    apply_settings(session_, options_.script.settings, environment_);
    if (!options_.checkpoint_directory.empty())
      session_.config().set(kCheckpointDirectory.key, options_.checkpoint_directory);
    if (!options_.from.empty()) session_.config().set(kSavepointPath.key, options_.from);
    if (options_.allow_state_loss) session_.config().set(kIgnoreUnclaimedState.key, "true");
    for (const ast::StatementPtr& statement : parse_script(sql)) {
      if (stop_requested_() || ended_early_) return;
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
    const bool is_query = plan.is_query;
    Job& job = engine_->create_job(session_, std::move(plan), options_.fresh);
    job.start();
    for (const std::string& warning : job.warnings()) tell("warning: " + warning);
    if (!job.note().empty()) tell("note: " + job.note());
    Progress progress(environment_);
    watch(job, progress);
    if (writer) writer->finish();
    environment_.console.flush();
    summarise(job.summary(), is_query, progress.elapsed_seconds());
    tell_end(job);
    const bool all_read = job.state() == JobState::kStopped && !stopped_by_user_;
    ended_early_ = job.state() != JobState::kFinished && !all_read;
  }

  // Runs the job to its end, and lets others ask it meanwhile.
  void watch(Job& job, Progress& progress) {
    std::unique_ptr<ControlChannel> control;
    try {
      control = open_control(job);
      bool stopping = false;
      PresentEnd end(job, environment_.clock);
      job.run([&] {
        for (const std::string& notice : job.take_notices()) {
          progress.clear();
          tell("warning: " + notice);
        }
        const bool all_read = options_.available_now && !stopping && end.reached();
        if (!stopping && (all_read || stop_requested_())) {
          stopping = true;
          stopped_by_user_ = !all_read;
          (void)job.stop();
        }
        progress.update(job);
        return false;
      });
    } catch (...) {
      progress.clear();
      // Where only the channel could not be opened the tasks are there, and must go.
      if (job.cancel() == std::nullopt) job.run();
      throw;
    }
    progress.clear();
  }

  std::unique_ptr<ControlChannel> open_control(Job& job) {
    if (!options_.control.empty()) return std::make_unique<ControlChannel>(job, environment_, options_.control);
    if (job.checkpoint_directory().empty()) return nullptr;
    return std::make_unique<ControlChannel>(job, environment_,
                                            fmt::format("{}/{}", job.checkpoint_directory(), kControlSocket));
  }

  void tell_end(const Job& job) {
    if (job.state() == JobState::kCanceled) tell("cancelled");
    if (job.state() != JobState::kStopped) return;
    const int64_t epoch = job.status().checkpoints.last_epoch;
    tell(job.checkpoint_directory().empty()
             ? "stopped; without --checkpoint-dir the next run begins anew"
             : fmt::format("stopped at checkpoint {} in '{}'; the next run goes on from it", epoch,
                           job.checkpoint_directory()));
  }

  // The closing summary: nothing for a query over constants, whose rows are all there is to know.
  void summarise(const JobSummary& summary, bool is_query, double seconds) {
    if (is_query && summary.rows_late == 0 && summary.rows_in_errors == 0 && summary.rows_left_open == 0 &&
        !reads_tables(summary))
      return;
    tell(fmt::format("{} in, {} out, {} late, {:.2f} s", counted(summary.rows_in, "row", "rows"),
                     counted(summary.rows_out, "row", "rows"), summary.rows_late, seconds));
    for (const LateReport& late : summary.late) {
      std::vector<std::string> reasons;
      for (const auto& [reason, rows] : late.by_reason) reasons.push_back(fmt::format("{} {}", rows, reason));
      tell(fmt::format("  {} late for {} ({})", counted(late.rows, "row was", "rows were"), late.operator_name,
                       fmt::join(reasons, ", ")));
    }
    if (summary.rows_in_errors > 0)
      tell(fmt::format("  {} could not be read (numRecordsInErrors)",
                       counted(summary.rows_in_errors, "record", "records")));
    if (summary.rows_left_open > 0)
      tell(fmt::format("  {} in processing-time windows that had not ended",
                       counted(summary.rows_left_open, "row is", "rows are")));
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
  const std::unique_ptr<Engine> engine_;
  Session& session_;
  bool stopped_by_user_ = false;
  bool ended_early_ = false;  // a job was stopped or cancelled: nothing more is run
};

}  // namespace

int run_sql(const RunOptions& options, std::string_view sql, Environment& environment,
            const std::function<bool()>& stop_requested) {
  try {
    ScriptRun(options, environment, stop_requested).run(sql);
    environment.console.flush();
    return kExitOk;
  } catch (...) {
    const ErrorReport report = report_error(std::current_exception(), options.script.file, sql);
    environment.console.write_error(report.text);
    return report.exit_code;
  }
}

int run_command(const RunOptions& options, Environment& environment, const std::function<bool()>& stop_requested) {
  std::string sql;
  try {
    sql = read_script(options.script.file, environment);
  } catch (...) {
    const ErrorReport report = report_error(std::current_exception(), options.script.file, sql);
    environment.console.write_error(report.text);
    return report.exit_code;
  }
  return run_sql(options, sql, environment, stop_requested);
}

}  // namespace tidemill
