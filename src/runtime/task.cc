#include "runtime/task.h"

#include "base/check.h"
#include "base/error.h"

namespace tidemill {
namespace {

constexpr DurationMillis kSinkRetryMs = 1;  // how soon a sink that was not ready is asked again

}  // namespace

Task::Task(TaskOptions options, Environment& environment, TaskReports& reports)
    : options_(std::move(options)),
      environment_(environment),
      reports_(reports),
      blocking_calls_(environment.executor, mailbox_) {}

void Task::connect(TaskletId id) {
  id_ = id;
  mailbox_.connect(environment_.executor, id);
  connected();
}

void Task::post_start() {
  mailbox_.post([this] { started_ = true; });
}

void Task::post_cancel() {
  mailbox_.post([this] { give_up(); });
}

void Task::give_up() {
  cancelled_ = true;
  blocking_calls_.cancel();
}

TaskInspection Task::inspect() {
  TaskInspection inspection;
  inspection.number = options_.number;
  inspection.name = options_.name;
  if (preparing_ > 0 && chain_.has_sinks())
    inspection.block = TaskBlock::kPreparing;
  else if (chain_.full())
    inspection.block = TaskBlock::kOutputFull;
  else if (!chain_.sinks_ready())
    inspection.block = TaskBlock::kSinkBusy;
  inspect_input(inspection);
  for (auto node = chain_.nodes().rbegin(); node != chain_.nodes().rend(); ++node)
    inspection.operators.push_back((*node)->inspect());
  return inspection;
}

Tasklet::Progress Task::step() {
  try {
    return do_step();
  } catch (...) {
    give_up();
    reports_.failed(options_.number, std::current_exception());
    return Tasklet::Progress::kMade;  // ends in the next step
  }
}

Tasklet::Progress Task::do_step() {
  const bool mail = mailbox_.run();
  Tasklet::Progress progress = Tasklet::Progress::kNone;
  if (cancelled_)
    progress = try_finish();
  else if (started_)
    progress = work();
  // Mail that came meanwhile may not have been taken yet, where an earlier one threw: look again.
  return progress == Tasklet::Progress::kNone && mail ? Tasklet::Progress::kMade : progress;
}

Tasklet::Progress Task::work() {
  // An operator waits for the world outside: what comes behind waits with it.
  if (blocking_calls_.pending() && !blocking_calls_.waits_for_room()) return wait_for_calls();
  // While a sink prepares, no row may reach it.
  if (preparing_ > 0 && chain_.has_sinks()) return Tasklet::Progress::kNone;
  if (chain_.full()) return Tasklet::Progress::kNone;
  if (ended_ && !blocking_calls_.pending()) return try_finish();
  chain_.set_now(environment_.clock.now());
  if (!chain_.sinks_ready()) {
    wake_at(now() + kSinkRetryMs);
    return Tasklet::Progress::kNone;
  }
  if (blocking_calls_.waits_for_room()) {
    blocking_calls_.give_room();
    chain_.flush(ended_ ? std::nullopt : std::optional(now()));
    return Tasklet::Progress::kMade;
  }
  wake_at(chain_.fire_processing_timers());
  if (blocking_calls_.pending()) return Tasklet::Progress::kMade;
  switch (take_event()) {
    case Taken::kEvent:
      chain_.flush(now());
      return Tasklet::Progress::kMade;
    case Taken::kNothing:
      chain_.flush(std::nullopt);
      wake_at(chain_.fire_processing_timers());
      return blocking_calls_.pending() ? Tasklet::Progress::kMade : Tasklet::Progress::kNone;
    case Taken::kEnded:
      chain_.flush(std::nullopt);
      ended_ = true;
      return Tasklet::Progress::kMade;
  }
  CHECK(false);
}

Tasklet::Progress Task::wait_for_calls() {
  const EpochMillis time = blocking_calls_.next_time();
  if (time == kMaxWatermark) return Tasklet::Progress::kNone;
  chain_.set_now(environment_.clock.now());
  if (time > now()) {
    wake_at(time);
    return Tasklet::Progress::kNone;
  }
  blocking_calls_.give_time(now());
  return Tasklet::Progress::kMade;
}

Tasklet::Progress Task::try_finish() {
  if (preparing_ > 0 || blocking_calls_.running()) return Tasklet::Progress::kNone;
  reports_.finished(options_.number);
  return Tasklet::Progress::kDone;
}

void Task::wake_at(EpochMillis time) {
  if (time == kMaxWatermark || (next_wake_ > now() && time >= next_wake_)) return;
  next_wake_ = time;
  environment_.executor.at(time, [executor = &environment_.executor, id = id_] { executor->wake(id); });
}

void Task::complete_barrier(const Barrier& barrier) {
  // Rows that an operator emitted before it may wait for the I/O pool, and the barrier behind them.
  blocking_calls_.when_done([this, barrier] { seal(barrier); });
}

void Task::seal(const Barrier& barrier) {
  if (!saves_state(barrier.kind)) return reports_.acknowledged(options_.number, barrier.id, {});
  TaskSnapshot snapshot;
  fail_point(environment_.faults, "task.aligned");
  for (const std::unique_ptr<Participant>& participant : chain_.participants()) participant->seal(barrier);
  seal_input(snapshot);
  fail_point(environment_.faults, "task.sealed");
  submit_prepare(barrier.id, std::move(snapshot));
}

void Task::submit_prepare(int64_t epoch, TaskSnapshot sealed) {
  ++preparing_;
  auto snapshot = std::make_shared<TaskSnapshot>(std::move(sealed));
  auto unsaved = std::make_shared<std::exception_ptr>();
  environment_.executor.block(
      [this, epoch, snapshot, unsaved] {
        fail_point(environment_.faults, "task.preparing");
        for (const std::unique_ptr<Participant>& participant : chain_.participants())
          participant->prepare(epoch, *snapshot);
        fail_point(environment_.faults, "task.prepared");
        *unsaved = save(epoch, *snapshot);
      },
      [this, epoch, snapshot, unsaved](std::exception_ptr error) {
        // On some executor thread: only mail may touch the task.
        mailbox_.post([this, epoch, snapshot, unsaved, error] {
          --preparing_;
          if (error) std::rethrow_exception(error);
          if (*unsaved) return reports_.declined(options_.number, epoch, std::move(*snapshot), *unsaved);
          reports_.acknowledged(options_.number, epoch, std::move(*snapshot));
        });
      });
}

std::exception_ptr Task::save(int64_t epoch, TaskSnapshot& snapshot) {
  size_t saved = 0;
  const auto& participants = chain_.participants();
  try {
    std::unique_ptr<SnapshotFile> file;
    if (options_.storage != nullptr) file = options_.storage->create(epoch, options_.name);
    while (saved < participants.size()) participants[saved++]->save(epoch, file.get(), snapshot);
    if (file && !environment_.faults.maybe("mutation.skip_state_sync")) file->close();
    fail_point(environment_.faults, "task.saved");
    return nullptr;
  } catch (const EngineError&) {
    throw;
  } catch (...) {
    // What was sealed for this epoch is of no use any more: its pages are given back.
    while (saved < participants.size()) participants[saved++]->save(epoch, nullptr, snapshot);
    snapshot.states.clear();
    return std::current_exception();
  }
}

ProcessingTask::ProcessingTask(TaskOptions options, Environment& environment, TaskReports& reports,
                               std::vector<InputGate::Input> inputs)
    : Task(std::move(options), environment, reports), gate_(std::move(inputs), environment.faults) {}

Task::Taken ProcessingTask::take_event() {
  std::optional<InputGate::PortEvent> next = gate_.next();
  if (!next) return Taken::kNothing;
  const bool ended = std::holds_alternative<EndOfInput>(next->event);
  std::optional<Barrier> barrier;
  if (const auto* found = std::get_if<Barrier>(&next->event)) barrier = *found;
  head_->accept(std::move(next->event), next->port);
  if (barrier) complete_barrier(*barrier);
  return ended ? Taken::kEnded : Taken::kEvent;
}

}  // namespace tidemill
