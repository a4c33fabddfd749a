#include "cli/program.h"

#include "base/error.h"
#include "cli/command_line.h"
#include "cli/error_report.h"
#include "env/real/stop_signals.h"
#include "env/real/working_directory.h"

namespace tidemill {
namespace {

int call(CommandLine& line, const std::string& version, Environment& environment) {
  switch (line.command) {
    case CommandName::kRun: {
      line.run.format = parse_result_format(line.format);
      const StopSignals signals;
      return run_command(line.run, environment, [&] { return signals.requested(); });
    }
    case CommandName::kCheck:
      return check_command(line.script, line.check_target == "flink", environment);
    case CommandName::kExplain:
      return explain_command(line.script, environment);
    case CommandName::kJob:
      // The job has a working directory of its own.
      if (line.job.savepoint && !line.job.savepoint->empty()) line.job.savepoint = absolute_path(*line.job.savepoint);
      return job_command(line.job, environment);
    case CommandName::kCheckpoint: {
      line.checkpoint.format = parse_result_format(line.format);
      // The others end at once on Ctrl-C.
      if (line.checkpoint.verb != CheckpointVerb::kQuery)
        return checkpoint_command(line.checkpoint, environment, [] { return false; });
      const StopSignals signals;
      return checkpoint_command(line.checkpoint, environment, [&] { return signals.requested(); });
    }
    case CommandName::kWhy: {
      const std::optional<DurationMillis> timeout_ms = parse_duration_ms(line.why_timeout);
      if (!timeout_ms)
        throw UserError(fmt::format("--timeout cannot be '{}'", line.why_timeout), "Write a duration such as 30 s.");
      line.why.timeout_ms = *timeout_ms;
      const StopSignals signals;
      return why_command(line.why, environment, [&] { return signals.requested(); });
    }
    case CommandName::kKafka:
      return kafka_command(line.kafka, environment);
    case CommandName::kTest:
      return test_command(line.test, environment);
    case CommandName::kVersion:
      environment.console.write_out(fmt::format("tidemill {}\n", version));
      environment.console.flush();
      return kExitOk;
  }
  return kExitInternal;
}

}  // namespace

int run_program(int argc, char** argv, const std::string& version, Environment& environment) {
  int exit_code = kExitOk;
  std::optional<CommandLine> line = parse_command_line(argc, argv, version, environment.console, exit_code);
  if (!line) return exit_code;
  try {
    return call(*line, version, environment);
  } catch (const UserError&) {  // only --format: commands report their own
    environment.console.write_error(report_error(std::current_exception(), "", "").text);
    return kExitUsage;
  }
}

}  // namespace tidemill
