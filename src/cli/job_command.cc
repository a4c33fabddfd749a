// tidemill job: asks a job that runs in another process.
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/error_report.h"
#include "job/control_channel.h"

namespace tidemill {
namespace {

constexpr DurationMillis kAnswerTimeoutMs = 10'000;
constexpr DurationMillis kEpochTimeoutMs = 600'000;  // as execution.checkpointing.timeout

DurationMillis timeout_of(ControlCommand command) {
  const bool waits = command == ControlCommand::kStop || command == ControlCommand::kCheckpoint ||
                     command == ControlCommand::kSavepoint;
  return waits ? kEpochTimeoutMs : kAnswerTimeoutMs;
}

}  // namespace

int job_command(const JobCommandOptions& options, Environment& environment) {
  try {
    const ControlJson answer =
        ask_job(environment, options.path, {options.command, options.savepoint}, timeout_of(options.command));
    environment.console.write_out(options.json ? encode_answer(answer) + "\n" : answer.value("text", "") + "\n");
    environment.console.flush();
    return kExitOk;
  } catch (...) {
    const ErrorReport report = report_error(std::current_exception(), "", "");
    environment.console.write_error(report.text);
    return report.exit_code;
  }
}

}  // namespace tidemill
