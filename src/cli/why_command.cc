// tidemill why: runs a script without writing anything, until all there is has been read, and says what holds output
// back.
#include <variant>

#include "cli/commands.h"
#include "cli/error_report.h"
#include "connectors/spi/discarding_sink.h"
#include "job/job_settings.h"
#include "job/present_end.h"
#include "job/why.h"
#include "sql/parser.h"

namespace tidemill {
namespace {

class Inquiry {
 public:
  Inquiry(const WhyOptions& options, Environment& environment, const std::function<bool()>& stop_requested)
      : options_(options),
        environment_(environment),
        stop_requested_(stop_requested),
        engine_(make_builtin_engine(environment)),
        session_(engine_->open_session()) {}

  void run(std::string_view sql) {
    apply_settings(session_, options_.script.settings, environment_);
    for (const ast::StatementPtr& statement : parse_script(sql)) {
      if (stop_requested_()) return;
      const auto result = std::make_shared<DiscardingSink>(SinkChangelog::kRetract, "result");
      PlannedStatement planned = session_.plan(*statement, result);
      if (auto* plan = std::get_if<JobPlan>(&planned)) explain(std::move(*plan));
    }
    if (jobs_ == 0) environment_.console.write_out("The script has no query and no INSERT.\n");
    environment_.console.flush();
  }

 private:
  void explain(JobPlan plan) {
    const std::string title =
        plan.is_query ? "SELECT" : fmt::format("INSERT INTO {}", fmt::join(plan.tables_written, ", "));
    environment_.console.write_out(fmt::format("{}{}\n", jobs_++ == 0 ? "" : "\n", title));
    for (const std::string& warning : plan.warnings) environment_.console.write_out("warning: " + warning + "\n");
    discard_output(plan);
    // Nothing is saved, and nothing saved is gone on from; what the script sets holds for its next statements.
    const Config written = session_.config();
    for (const std::string_view key : {kCheckpointDirectory.key, kSavepointPath.key}) session_.config().reset(key);
    Job& job = engine_->create_job(session_, std::move(plan));
    session_.config() = written;
    job.start();
    watch(job);
    engine_->forget_job(job.id());
  }

  void discard_output(JobPlan& plan) const {
    const bool saves = session_.job_options(plan.graph, plan.bounded).checkpoint_interval_ms > 0;
    for (Vertex& vertex : plan.graph.vertices) {
      auto* spec = std::get_if<SinkSpec>(&vertex.spec);
      if (spec == nullptr) continue;
      spec->sink = std::make_shared<DiscardingSink>(spec->sink->accepts(), spec->sink->description(),
                                                    spec->sink->shows_rows_by_epoch() && !saves);
    }
  }

  // Runs the job until all there is has come as far as it goes, or time is up, and says how it stands then.
  void watch(Job& job) {
    PresentEnd end(job, environment_.clock);
    const EpochMillis give_up_at = environment_.clock.now() + options_.timeout_ms;
    job.run([&] {
      return (!job.status().bounded && end.quiet()) || environment_.clock.now() >= give_up_at || stop_requested_();
    });
    std::vector<TaskInspection> tasks;
    std::atomic<bool> answered = job.state() != JobState::kRunning;
    if (!answered) {
      const auto refusal = job.inspect([&](std::vector<TaskInspection> found) {
        tasks = std::move(found);
        answered = true;
      });
      if (!refusal) job.run([&] { return answered.load(); });
    }
    const Why why = explain_output({job.status(), std::move(tasks), job.sinks()});
    environment_.console.write_out(why_text(why) + "\n");
    if (job.cancel() == std::nullopt) job.run();
  }

  const WhyOptions& options_;
  Environment& environment_;
  const std::function<bool()>& stop_requested_;
  const std::unique_ptr<Engine> engine_;
  Session& session_;
  int32_t jobs_ = 0;
};

}  // namespace

int why_command(const WhyOptions& options, Environment& environment, const std::function<bool()>& stop_requested) {
  std::string sql;
  try {
    sql = read_script(options.script.file, environment);
    Inquiry(options, environment, stop_requested).run(sql);
    return kExitOk;
  } catch (...) {
    const ErrorReport report = report_error(std::current_exception(), options.script.file, sql);
    environment.console.write_error(report.text);
    return report.exit_code;
  }
}

}  // namespace tidemill
