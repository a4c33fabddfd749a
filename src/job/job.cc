#include "job/job.h"

#include "base/check.h"

namespace tidemill {

Job::Job(std::string id, JobGraph graph, Environment& environment, JobOptions options, bool bounded)
    : id_(std::move(id)),
      name_(graph.name),
      checkpoint_directory_(options.checkpoint_directory),
      bounded_(bounded),
      environment_(environment),
      execution_(std::move(graph), environment, std::move(options)) {
  for (const Vertex& vertex : execution_.graph().vertices)
    if (const auto* sink = std::get_if<SinkSpec>(&vertex.spec))
      sinks_.push_back({vertex.id, sink->table, sink->sink->shows_rows_by_epoch()});
}

void Job::start() {
  if (state() == JobState::kCanceled) return;
  CHECK(state() == JobState::kCreated);
  try {
    execution_.start();
  } catch (...) {
    state_.move(JobState::kFailed);
    throw;
  }
  started_.store(environment_.clock.now());
  // Cancelled meanwhile: the tasks are there, and go as they came.
  if (!state_.move(JobState::kRunning)) execution_.cancel();
}

void Job::run(const std::function<bool()>& watch) {
  if (is_end(state()) && !execution_.started()) return;
  try {
    execution_.run(watch);
  } catch (...) {
    if (!state_.move(JobState::kFailed)) end();
    throw;
  }
  if (execution_.finished()) end();
}

void Job::end() {
  for (const JobState state : {JobState::kFinished, JobState::kStopped, JobState::kCanceled})
    if (state_.move(state)) return;
}

Job::Refusal Job::refusal(std::string_view doing) const {
  return fmt::format("The job is {}: it cannot {}", job_state_text(state()), doing);
}

Job::Refusal Job::trigger(BarrierKind kind, std::function<void(EpochResult)> done) {
  CHECK(kind == BarrierKind::kCheckpoint || kind == BarrierKind::kSavepoint);
  // While it stops, the answer is the last epoch: it holds all that a checkpoint would.
  if (state() != JobState::kRunning && state() != JobState::kStopping) return refusal("take a checkpoint");
  execution_.trigger(kind, std::move(done));
  return std::nullopt;
}

Job::Refusal Job::stop(std::function<void(EpochResult)> done) {
  if (!state_.move(JobState::kStopping) && state() != JobState::kStopping) return refusal("be stopped");
  execution_.stop(std::move(done));
  return std::nullopt;
}

Job::Refusal Job::cancel() {
  if (state_.move(JobState::kCancelling)) {
    execution_.cancel();
    return std::nullopt;
  }
  if (state() == JobState::kCancelling || state_.move(JobState::kCanceled)) return std::nullopt;
  return refusal("be cancelled");
}

Job::Refusal Job::inspect(std::function<void(std::vector<TaskInspection>)> done) {
  if (state() == JobState::kCreated || is_end(state())) return refusal("say how its tasks stand");
  execution_.inspect(std::move(done));
  return std::nullopt;
}

JobStatus Job::status() const {
  JobStatus status;
  status.id = id_;
  status.name = name_;
  status.state = state();
  status.now = environment_.clock.now();
  status.started = started_.load();
  status.bounded = bounded_;
  status.checkpoint_directory = checkpoint_directory_;
  if (status.started == kNoWatermark) return status;
  status.restored_epoch = execution_.restored_epoch();
  status.checkpoints = execution_.checkpoint_statistics();
  status.metrics = execution_.metrics();
  return status;
}

}  // namespace tidemill
