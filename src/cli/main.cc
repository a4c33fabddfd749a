// cli/main.cc - the binary: builds the real world, calls one command. Rule: no logic here.
#include "base/error.h"
#include "cli/command_line.h"
#include "cli/error_report.h"
#include "env/real/real_environment.h"
#include "env/real/stop_signals.h"
#include "env/real/working_directory.h"

namespace tidemill {
namespace {

int call(CommandLine& line, Environment& environment) {
  switch (line.command) {
    case CommandName::kRun: {
      line.run.format = parse_result_format(line.format);
      const StopSignals signals;
      return run_command(line.run, environment, [&] { return signals.requested(); });
    }
    case CommandName::kCheck:
      return check_command(line.script, environment);
    case CommandName::kExplain:
      return explain_command(line.script, environment);
    case CommandName::kJob:
      // The job has a working directory of its own.
      if (line.job.savepoint && !line.job.savepoint->empty()) line.job.savepoint = absolute_path(*line.job.savepoint);
      return job_command(line.job, environment);
    case CommandName::kCheckpoint:
      return checkpoint_command(line.checkpoint, environment);
    case CommandName::kTest:
      return test_command(line.test, environment);
    case CommandName::kVersion:
      environment.console.write_out(fmt::format("tidemill {}\n", TIDEMILL_VERSION));
      environment.console.flush();
      return kExitOk;
  }
  return kExitInternal;
}

int main_of(int argc, char** argv) {
  RealEnvironment environment;
  int exit_code = kExitOk;
  std::optional<CommandLine> line =
      parse_command_line(argc, argv, TIDEMILL_VERSION, environment.get().console, exit_code);
  if (!line) return exit_code;
  try {
    return call(*line, environment.get());
  } catch (const UserError&) {  // only --format: commands report their own
    environment.get().console.write_error(report_error(std::current_exception(), "", "").text);
    return kExitUsage;
  }
}

}  // namespace
}  // namespace tidemill

int main(int argc, char** argv) { return tidemill::main_of(argc, argv); }
