#include "job/control_channel.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "job/job_report.h"
#include "job/why.h"

namespace tidemill {
namespace {

std::string epoch_text(ControlCommand command, const EpochResult& result) {
  std::string text = command == ControlCommand::kStop
                         ? fmt::format("The job is stopped; its last epoch is {}.", result.epoch)
                         : fmt::format("Checkpoint {} is complete.", result.epoch);
  if (!result.savepoint.empty())
    text = command == ControlCommand::kStop ? fmt::format("The job is stopped; its savepoint is {}", result.savepoint)
                                            : fmt::format("The savepoint is {}", result.savepoint);
  return text;
}

// What is answered where not everything that was asked for came about.
std::string epoch_problem(ControlCommand command, const EpochResult& result) {
  if (result.decided)
    return fmt::format("The savepoint failed: {} ({} {})", result.problem,
                       command == ControlCommand::kStop ? "the job is stopped, and goes on from checkpoint"
                                                        : "the job goes on, with checkpoint",
                       result.epoch);
  if (!result.problem.empty()) return fmt::format("Checkpoint {} failed: {}", result.epoch, result.problem);
  return "The job ended before the epoch was decided.";
}

}  // namespace

ControlChannel::ControlChannel(Job& job, Environment& environment, const std::string& path)
    : job_(job), server_(environment.services.serve(path, [this](const std::string& line, const Reply& reply) {
        try {
          handle(line, reply);
        } catch (const UserError& error) {
          reply(encode_error(error.what(), error.hint()));
        } catch (const std::exception& error) {
          reply(encode_error(fmt::format("internal error: {}", error.what())));
        }
      })) {}

void ControlChannel::handle(const std::string& line, const Reply& reply) {
  const ControlRequest request = parse_request(line);
  const ControlCommand command = request.command;
  switch (command) {
    case ControlCommand::kStatus: {
      const JobStatus status = job_.status();
      ControlJson answer = make_answer(command, status_text(status));
      add_status(answer, status);
      return reply(encode_answer(answer));
    }
    case ControlCommand::kMetrics: {
      const JobStatus status = job_.status();
      ControlJson answer = make_answer(command, metrics_text(status));
      add_metrics(answer, status);
      return reply(encode_answer(answer));
    }
    case ControlCommand::kWhy:
      return answer_why(reply);
    case ControlCommand::kStop:
    case ControlCommand::kCheckpoint:
    case ControlCommand::kSavepoint:
      return answer_epoch(request, reply);
    case ControlCommand::kCancel: {
      const Job::Refusal refusal = job_.cancel();
      if (refusal) return reply(encode_error(*refusal));
      return reply(encode_answer(make_answer(command, "The job is cancelled.")));
    }
  }
}

void ControlChannel::answer_epoch(const ControlRequest& request, const Reply& reply) {
  const auto done = [command = request.command, reply](const EpochResult& result) {
    if (!result.decided || !result.problem.empty()) return reply(encode_error(epoch_problem(command, result)));
    ControlJson answer = make_answer(command, epoch_text(command, result));
    answer["epoch"] = result.epoch;
    if (!result.savepoint.empty()) answer["savepoint"] = result.savepoint;
    reply(encode_answer(answer));
  };
  if (request.command == ControlCommand::kCheckpoint && job_.checkpoint_directory().empty())
    return reply(encode_error("The job keeps no checkpoints", "Start it with --checkpoint-dir"));
  Job::Refusal refusal;
  if (request.command == ControlCommand::kStop)
    refusal = job_.stop(done, request.savepoint);
  else if (request.command == ControlCommand::kSavepoint)
    refusal = job_.savepoint(request.savepoint.value_or(""), done);
  else
    refusal = job_.checkpoint(done);
  if (refusal) reply(encode_error(*refusal));
}

void ControlChannel::answer_why(const Reply& reply) {
  const Job::Refusal refusal = job_.inspect([job = &job_, reply](std::vector<TaskInspection> tasks) {
    const WhyInput input{job->status(), std::move(tasks), job->sinks()};
    const Why why = explain_output(input);
    ControlJson answer = make_answer(ControlCommand::kWhy, why_text(why));
    add_why(answer, input, why);
    reply(encode_answer(answer));
  });
  if (refusal) reply(encode_error(*refusal));
}

ControlJson ask_job(Environment& environment, const std::string& path, const ControlRequest& asked,
                    DurationMillis timeout_ms) {
  const std::string request = encode_request(asked);
  if (!environment.files.exists(path) || !environment.files.info(path).is_directory)
    return parse_answer(environment.services.ask(path, request, timeout_ms));
  std::string answer;
  try {
    answer = environment.services.ask(fmt::format("{}/{}", path, kControlSocket), request, timeout_ms);
  } catch (const UserError&) {
    throw UserError(fmt::format("No job runs in '{}' now", path),
                    fmt::format("Start one with 'tidemill run FILE.sql --checkpoint-dir {}'", path));
  }
  return parse_answer(answer);
}

}  // namespace tidemill
