#include "job/job.h"

#include "base/check.h"
#include "base/error.h"
#include "base/error_text.h"
#include "checkpoint/savepoint.h"
#include "job/progress_text.h"

namespace tidemill {
namespace {

constexpr std::string_view kNoCheckpoints =
    "The job keeps no checkpoints, and a savepoint is made of one: start it with --checkpoint-dir";

// Keeps the executor running until `time`.
class Pause final : public Tasklet {
 public:
  Pause(const Clock& clock, EpochMillis time) : clock_(clock), time_(time) {}
  Progress step() override { return clock_.now() >= time_ ? Progress::kDone : Progress::kNone; }

 private:
  const Clock& clock_;
  const EpochMillis time_;
};

bool is_transient(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const TransientError&) {
    return true;
  } catch (...) {
    return false;
  }
}

}  // namespace

Job::Job(std::string id, JobGraph graph, Environment& environment, JobOptions options, bool bounded)
    : id_(std::move(id)),
      name_(graph.name),
      graph_(std::move(graph)),
      options_(with_notices(std::move(options))),
      bounded_(bounded),
      environment_(environment),
      strategy_(options_.restart),
      execution_(std::make_unique<JobExecution>(graph_, environment, options_)) {
  for (const Vertex& vertex : graph_.vertices)
    if (const auto* sink = std::get_if<SinkSpec>(&vertex.spec))
      sinks_.push_back({vertex.id, sink->table, sink->sink->shows_rows_by_epoch()});
}

JobOptions Job::with_notices(JobOptions options) {
  options.tell = [this](std::string text) { notices_.add(std::move(text)); };
  return options;
}

template <class Call>
bool Job::with_attempt(Call&& call) const {
  const std::shared_lock lock(attempt_mutex_);
  if (execution_) call(*execution_);
  return execution_ != nullptr;
}

void Job::start() {
  if (state() == JobState::kCanceled) return;
  CHECK(state() == JobState::kCreated);
  try {
    execution_->start();
  } catch (const TransientError& error) {
    if (plan_first_restart(error.what())) return;
    state_.move(JobState::kFailed);
    throw;
  } catch (...) {
    state_.move(JobState::kFailed);
    throw;
  }
  begun_ = true;
  started_.store(environment_.clock.now());
  // Cancelled meanwhile: the tasks are there, and go as they came.
  if (!state_.move(JobState::kRunning)) execution_->cancel();
}

void Job::run(const std::function<bool()>& watch) {
  while (true) {
    if (!execution_ && !restart(watch)) return;
    if (!execution_) continue;
    if (is_end(state()) && !execution_->started()) return;
    std::exception_ptr error;
    try {
      execution_->run(watch);
    } catch (...) {
      error = std::current_exception();
    }
    if (!error) break;
    if (plan_restart(error)) continue;
    if (!state_.move(JobState::kFailed)) end();
    std::rethrow_exception(error);
  }
  if (execution_->finished()) end();
}

bool Job::plan_restart(const std::exception_ptr& error) {
  if (!is_transient(error) || !execution_->finished() || state() != JobState::kRunning) return false;
  const std::optional<DurationMillis> pause_ms = next_pause();
  if (!pause_ms || !state_.move(JobState::kRestarting)) return false;
  Past past = past_;
  past.restored_epoch = execution_->restored_epoch();
  past.checkpoints = execution_->checkpoint_statistics();
  past.summary = execution_->summary();
  lock_ = execution_->give_lock();
  std::unique_ptr<JobExecution> over;  // goes before the next attempt comes: its state takes the memory
  {
    const std::unique_lock lock(attempt_mutex_);
    over = std::move(execution_);
    past_ = std::move(past);
  }
  pause(*pause_ms, error_text(error));
  return true;
}

bool Job::plan_first_restart(const std::string& failure) {
  const std::optional<DurationMillis> pause_ms = next_pause();
  if (!pause_ms) return false;
  {
    const std::unique_lock lock(attempt_mutex_);
    execution_ = nullptr;
  }
  pause(*pause_ms, failure);
  started_.store(environment_.clock.now());
  state_.move(JobState::kRestarting);  // unless it was cancelled meanwhile
  return true;
}

std::optional<DurationMillis> Job::next_pause() {
  const std::optional<DurationMillis> pause_ms =
      strategy_.pause_after_failure(environment_.clock.now(), environment_.random);
  const std::string tried = strategy_.exhausted_text();
  if (!pause_ms && !tried.empty()) notices_.add(fmt::format("The job is not restarted any more: it was {}", tried));
  return pause_ms;
}

void Job::pause(DurationMillis pause_ms, std::string failure) {
  const EpochMillis at = environment_.clock.now() + pause_ms;
  {
    const std::unique_lock lock(attempt_mutex_);
    ++past_.restarts;
    past_.failure = std::move(failure);
    past_.restart_at = at;
  }
  const int64_t epoch = past_.checkpoints.last_epoch;
  const std::string from = epoch > 0 ? fmt::format("checkpoint {}", epoch) : "where it began";
  const std::string what = begun_
                               ? fmt::format("failed, and begins again in {} from {}", short_duration(pause_ms), from)
                               : fmt::format("could not begin, and tries again in {}", short_duration(pause_ms));
  notices_.add(fmt::format("The job {} (restart {}): {}", what, past_.restarts, past_.failure));
  const TaskletId id = environment_.executor.spawn(std::make_unique<Pause>(environment_.clock, at));
  environment_.executor.at(at, [executor = &environment_.executor, id] { executor->wake(id); });
}

bool Job::restart(const std::function<bool()>& watch) {
  const auto due = [&] { return environment_.clock.now() >= past_.restart_at; };
  environment_.executor.run([&] { return due() || is_end(state()) || (watch && watch()); });
  if (is_end(state())) lock_ = nullptr;
  if (is_end(state()) || !due()) return false;
  try {
    begin_attempt();
    return true;
  } catch (const TransientError& error) {
    const std::optional<DurationMillis> pause_ms = next_pause();
    if (!pause_ms) {
      state_.move(JobState::kFailed);
      throw;
    }
    pause(*pause_ms, error.what());
    return true;
  } catch (...) {
    state_.move(JobState::kFailed);
    throw;
  }
}

void Job::begin_attempt() {
  if (begun_) options_.recovery.fresh = false;  // that was for the first one
  options_.statistics = past_.checkpoints;
  auto next = std::make_unique<JobExecution>(graph_, environment_, options_);
  next->take_lock(std::move(lock_));
  next->start();
  for (const std::string& warning : next->warnings()) notices_.add(warning);
  if (!begun_ && !next->note().empty()) notices_.add(next->note());
  begun_ = true;
  {
    const std::unique_lock lock(attempt_mutex_);
    execution_ = std::move(next);
    past_.restart_at = kNoWatermark;
  }
  // Stopped or cancelled meanwhile: as in start().
  if (!state_.move(JobState::kRunning)) execution_->cancel();
}

void Job::end() {
  for (const JobState state : {JobState::kFinished, JobState::kStopped, JobState::kCanceled})
    if (state_.move(state)) return;
}

Job::Refusal Job::refusal(std::string_view doing) const {
  const JobStatus now = status();
  if (now.state != JobState::kRestarting)
    return fmt::format("The job is {}: it cannot {}", job_state_text(now.state), doing);
  return fmt::format("The job is RESTARTING, in {}, because it failed: {}. It cannot {} now",
                     short_duration(std::max<DurationMillis>(0, now.restart_at - now.now)), now.failure, doing);
}

std::string Job::savepoint_path(const std::string& place) const {
  std::string directory = place.empty() ? options_.savepoint_directory : place;
  if (directory.empty()) directory = fmt::format("{}/{}", checkpoint_directory(), kSavepointsDirectory);
  return fmt::format("{}/{}", directory, savepoint_name(id_, environment_.random));
}

Job::Refusal Job::checkpoint(std::function<void(EpochResult)> done) {
  // While it stops, the answer is the last epoch: it holds all that a checkpoint would.
  const bool runs = state() == JobState::kRunning || state() == JobState::kStopping;
  const auto trigger = [&](JobExecution& attempt) { attempt.trigger({BarrierKind::kCheckpoint, std::move(done)}); };
  if (!runs || !with_attempt(trigger)) return refusal("take a checkpoint");
  return std::nullopt;
}

Job::Refusal Job::savepoint(const std::string& place, std::function<void(EpochResult)> done) {
  const bool runs = state() == JobState::kRunning || state() == JobState::kStopping;
  if (runs && checkpoint_directory().empty()) return std::string(kNoCheckpoints);
  const auto save = [&](JobExecution& attempt) {
    attempt.save(BarrierKind::kSavepoint, savepoint_path(place), std::move(done));
  };
  if (!runs || !with_attempt(save)) return refusal("take a savepoint");
  return std::nullopt;
}

Job::Refusal Job::stop(std::function<void(EpochResult)> done, const std::optional<std::string>& savepoint) {
  if (savepoint && checkpoint_directory().empty()) return std::string(kNoCheckpoints);
  // Between two attempts there is nothing after the newest checkpoint that could be kept.
  if (!savepoint && state() == JobState::kRestarting && state_.move(JobState::kStopped)) {
    const int64_t epoch = status().checkpoints.last_epoch;
    if (done) done({epoch, epoch > 0, epoch > 0 ? "" : "The job was about to begin again, and had no checkpoint"});
    return std::nullopt;
  }
  const auto stop = [&](JobExecution& attempt) {
    if (savepoint)
      attempt.save(BarrierKind::kFinal, savepoint_path(*savepoint), std::move(done));
    else
      attempt.stop(std::move(done));
  };
  if ((!state_.move(JobState::kStopping) && state() != JobState::kStopping) || !with_attempt(stop))
    return refusal("be stopped");
  return std::nullopt;
}

Job::Refusal Job::cancel() {
  if (state_.move(JobState::kCancelling)) {
    with_attempt([](JobExecution& attempt) { attempt.cancel(); });
    return std::nullopt;
  }
  if (state() == JobState::kCancelling || state_.move(JobState::kCanceled)) return std::nullopt;
  return refusal("be cancelled");
}

Job::Refusal Job::inspect(std::function<void(std::vector<TaskInspection>)> done) {
  const bool runs = state() != JobState::kCreated && state() != JobState::kRestarting && !is_end(state());
  if (!runs || !with_attempt([&](JobExecution& attempt) { attempt.inspect(std::move(done)); }))
    return refusal("say how its tasks stand");
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
  status.checkpoint_directory = checkpoint_directory();
  if (status.started == kNoWatermark) return status;
  const std::shared_lock lock(attempt_mutex_);
  status.restarts = past_.restarts;
  status.failure = past_.failure;
  status.restart_at = past_.restart_at;
  status.restored_epoch = execution_ ? execution_->restored_epoch() : past_.restored_epoch;
  status.checkpoints = execution_ ? execution_->checkpoint_statistics() : past_.checkpoints;
  status.metrics = execution_ ? execution_->metrics() : past_.summary.metrics;
  return status;
}

JobSummary Job::summary() const { return execution_ ? execution_->summary() : past_.summary; }

}  // namespace tidemill
