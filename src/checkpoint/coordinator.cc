#include "checkpoint/coordinator.h"

#include "base/check.h"
#include "base/error.h"
#include "base/error_text.h"

namespace tidemill {
namespace {

constexpr DurationMillis kFinalRetryMs = 1'000;  // how soon the last epoch is tried again

std::string_view kind_text(BarrierKind kind) {
  switch (kind) {
    case BarrierKind::kPublish:
      return "publish";
    case BarrierKind::kCheckpoint:
    case BarrierKind::kSavepoint:  // is made of this checkpoint
      return "checkpoint";
    case BarrierKind::kFinal:
      return "final";
  }
  CHECK(false);
}

}  // namespace

class Coordinator::Step final : public Tasklet {
 public:
  explicit Step(Coordinator& coordinator) : coordinator_(coordinator) {}
  Progress step() override { return coordinator_.step(); }

 private:
  Coordinator& coordinator_;
};

Coordinator::Coordinator(Environment& environment, CoordinatorOptions options, Decider& decider,
                         std::vector<SourceCoordination> sources,
                         std::map<std::string, std::unique_ptr<SinkCommitter>> committers,
                         std::vector<ManifestOperator> operators)
    : environment_(environment),
      options_(std::move(options)),
      decider_(decider),
      sources_(std::move(sources)),
      next_subtask_(sources_.size(), 0),
      open_(sources_.size()),
      decision_(decider, std::move(committers), options_.tell, options_.publish, environment_.faults),
      operators_(std::move(operators)),
      mailbox_(std::make_shared<Mailbox>()),
      next_epoch_(options_.first_epoch),
      schedule_(0, 0, 0),
      statistics_(options_.statistics) {
  for (const SourceCoordination& source : sources_) enumerator_states_.push_back(source.enumerator->snapshot());
}

Coordinator::~Coordinator() = default;

void Coordinator::start(ExecutionGraph& graph) {
  graph_ = &graph;
  for (const std::unique_ptr<Task>& task : graph.tasks()) running_.insert(task->options().number);
  for (size_t i = 0; i < sources_.size(); ++i) {
    CHECK(graph.sources()[i].id == sources_[i].id);
    reading_sources_ += graph.sources()[i].tasks.size();
    assign_splits(i, std::move(sources_[i].splits), true);
  }
  const TaskletId id = environment_.executor.spawn(std::make_unique<Step>(*this));
  mailbox_->connect(environment_.executor, id);
  graph.spawn();
  mailbox_->post([this] {
    graph_->start();
    schedule_ = EpochSchedule(options_.publish_interval_ms, options_.interval_ms, environment_.clock.now());
    schedule_tick();
    for (size_t i = 0; i < sources_.size(); ++i) schedule_discovery(i);
  });
}

Tasklet::Progress Coordinator::step() {
  const bool mail = mailbox_->run();
  begin_next();
  if (!running_.empty() || io_ > 0) return mail ? Tasklet::Progress::kMade : Tasklet::Progress::kNone;
  if (in_flight_) complete();
  answer_requests({});
  finished_.store(true);
  return Tasklet::Progress::kDone;
}

void Coordinator::trigger(EpochRequest request) {
  mailbox_->post([this, request = std::move(request)] { requests_.push_back(request); });
}

void Coordinator::post_at(EpochMillis time, Mailbox::Mail mail) {
  environment_.executor.at(time, [weak = std::weak_ptr<Mailbox>(mailbox_), mail = std::move(mail)]() mutable {
    if (const std::shared_ptr<Mailbox> mailbox = weak.lock()) mailbox->post(std::move(mail));
  });
}

void Coordinator::schedule_tick() {
  {
    const std::lock_guard lock(statistics_mutex_);
    statistics_.next_at = schedule_.next_checkpoint_at();
  }
  if (schedule_.next_at() != kMaxWatermark) post_at(schedule_.next_at(), [this] { tick(); });
}

void Coordinator::tick() {
  if (ending_) return;
  const std::optional<BarrierKind> kind = schedule_.due(environment_.clock.now());
  // An epoch that takes longer than the interval is not followed by a second one at once; a checkpoint waits for no
  // more than a publish epoch.
  const auto saves = [](const EpochRequest& request) { return saves_state(request.kind); };
  const bool saving =
      (in_flight_ && saves_state(in_flight_->barrier.kind)) || std::any_of(requests_.begin(), requests_.end(), saves);
  if (kind == BarrierKind::kCheckpoint && !saving) requests_.push_back({BarrierKind::kCheckpoint});
  if (kind == BarrierKind::kPublish && !in_flight_ && requests_.empty()) requests_.push_back({BarrierKind::kPublish});
  schedule_tick();
}

void Coordinator::begin_next() {
  if (in_flight_ || ending_ || requests_.empty()) return;
  // All sources have been read: the last epoch includes every other one that was asked for.
  if (reading_sources_ == 0)
    for (EpochRequest& request : requests_) request.kind = BarrierKind::kFinal;
  InFlight& epoch = in_flight_.emplace(InFlight{});
  epoch.request = std::move(requests_.front());
  requests_.pop_front();
  epoch.barrier = {next_epoch_++, epoch.request.kind};
  epoch.started = environment_.clock.now();
  ending_ = epoch.request.kind == BarrierKind::kFinal;
  if (saves_state(epoch.barrier.kind)) {
    fill_manifest(epoch, epoch.manifest);
    epoch.manifest.sinks = std::exchange(prepared_before_, {});
    if (options_.timeout_ms > 0)
      post_at(epoch.started + options_.timeout_ms, [this, id = epoch.barrier.id] { expire(id); });
  }
  for (const std::unique_ptr<Task>& task : graph_->tasks()) epoch.waiting.insert(task->options().number);
  pass("epoch.beginning");
  {
    const std::lock_guard lock(statistics_mutex_);
    statistics_.in_flight = epoch.barrier.id;
  }
  for (const SourceVertex& source : graph_->sources())
    for (SourceTask* task : source.tasks) task->post_barrier(epoch.barrier);
  pass("epoch.begun");
}

void Coordinator::fill_manifest(const InFlight& epoch, Manifest& manifest) const {
  manifest.epoch = epoch.barrier.id;
  manifest.kind = kind_text(epoch.barrier.kind);
  manifest.job = options_.job;
  manifest.time = epoch.started;
  manifest.max_parallelism = options_.max_parallelism;
  manifest.began_from = options_.began_from;
  manifest.transaction = options_.transaction;
  manifest.operators = operators_;
  for (size_t i = 0; i < sources_.size(); ++i)
    manifest.sources.push_back({sources_[i].id, enumerator_states_[i], {}, {}, sources_[i].ended});
}

void Coordinator::acknowledged(int32_t task, int64_t epoch, TaskSnapshot snapshot) {
  auto shared = std::make_shared<TaskSnapshot>(std::move(snapshot));
  mailbox_->post([this, task, epoch, shared] { take_acknowledgement(task, epoch, std::move(*shared), nullptr); });
}

void Coordinator::declined(int32_t task, int64_t epoch, TaskSnapshot snapshot, std::exception_ptr error) {
  auto shared = std::make_shared<TaskSnapshot>(std::move(snapshot));
  mailbox_->post([this, task, epoch, shared, error] { take_acknowledgement(task, epoch, std::move(*shared), error); });
}

void Coordinator::take_acknowledgement(int32_t task, int64_t epoch, TaskSnapshot snapshot, std::exception_ptr error) {
  if (!in_flight_ || failure_ || in_flight_->deciding) return;
  CHECK_EQ(epoch, in_flight_->barrier.id);
  CHECK_MSG(in_flight_->waiting.erase(task) == 1, "task {} acknowledged epoch {} twice", task, epoch);
  const bool saves = saves_state(in_flight_->barrier.kind);
  if (saves) in_flight_->manifest.add(std::move(snapshot));
  if (saves && environment_.faults.maybe("mutation.decide_early")) in_flight_->waiting.clear();
  pass("epoch.acknowledged");
  if (error) give_up(error);
  if (!in_flight_->waiting.empty() || failure_) return;
  if (!saves) {
    in_flight_->decided = true;
    return complete();
  }
  in_flight_->manifest.sort();
  in_flight_->problem.empty() ? decide() : clear_away();
}

void Coordinator::decide() {
  in_flight_->deciding = true;
  ++io_;
  auto manifest = std::make_shared<const Manifest>(in_flight_->manifest);
  auto refused = std::make_shared<std::exception_ptr>();
  environment_.executor.block([this, manifest, refused] { *refused = decision_.decide(*manifest); },
                              [this, refused](std::exception_ptr error) {
                                mailbox_->post([this, refused, error] {
                                  --io_;
                                  if (error) fail(error);
                                  in_flight_->decided = !error && !*refused;
                                  if (*refused) give_up(*refused);
                                  complete();
                                });
                              });
}

void Coordinator::clear_away() {
  ++io_;
  environment_.executor.block([this, epoch = in_flight_->barrier.id] { decider_.abandon(epoch); },
                              [this](std::exception_ptr error) {
                                mailbox_->post([this, error] {
                                  --io_;
                                  if (error) fail(error);
                                  complete();
                                });
                              });
}

void Coordinator::give_up(std::exception_ptr error) {
  if (!in_flight_->problem.empty() || failure_) return;  // the first one is the cause
  in_flight_->problem = error_text(error);
  const int64_t epoch = in_flight_->barrier.id;
  {
    const std::lock_guard lock(statistics_mutex_);
    ++statistics_.failed;
    statistics_.last_failure = fmt::format("#{}: {}", epoch, in_flight_->problem);
  }
  if (decider_.needs_every_epoch()) return fail(too_many_failures(error, epoch, 1));
  // As in Flink: whoever asks for a savepoint is told, and the job goes on.
  if (in_flight_->barrier.kind != BarrierKind::kSavepoint && ++failures_in_a_row_ > options_.failures_tolerated)
    return fail(too_many_failures(error, epoch, failures_in_a_row_));
  tell(fmt::format("Checkpoint {} failed, and the job goes on without it: {}", epoch, in_flight_->problem));
}

void Coordinator::expire(int64_t epoch) {
  if (!in_flight_ || in_flight_->barrier.id != epoch || in_flight_->deciding || !in_flight_->problem.empty()) return;
  std::vector<std::string> late;
  for (const std::unique_ptr<Task>& task : graph_->tasks())
    if (in_flight_->waiting.contains(task->options().number)) late.push_back(task->options().name);
  give_up(std::make_exception_ptr(
      TransientError(fmt::format("It took longer than {} ms (execution.checkpointing.timeout); it has not passed {}",
                                 options_.timeout_ms, fmt::join(late, ", ")))));
}

void Coordinator::complete() {
  InFlight epoch = std::move(*in_flight_);
  in_flight_.reset();
  {
    const std::lock_guard lock(statistics_mutex_);
    statistics_.in_flight = 0;
  }
  if (epoch.decided) count(epoch);
  if (saves_state(epoch.barrier.kind)) {
    schedule_.pause(environment_.clock.now(), options_.min_pause_ms);
    if (epoch.decided) failures_in_a_row_ = 0;
  }
  const bool final = epoch.barrier.kind == BarrierKind::kFinal;
  if (!epoch.decided) {
    for (SinkPart& part : epoch.manifest.sinks) prepared_before_.push_back(std::move(part));
    if (final && !over_) return retry_final(std::move(epoch.request));
  }
  const EpochResult result{epoch.barrier.id, epoch.decided, epoch.problem};
  answer(epoch.request, epoch.manifest, result);
  pass("epoch.completed");
  if (!final || !epoch.decided) return;
  pass("epoch.last_completed");
  for (const EpochRequest& request : std::exchange(requests_, {})) answer(request, epoch.manifest, result);
  for (const SourceVertex& source : graph_->sources())
    for (SourceTask* task : source.tasks) task->post_end();
}

// A fail point on the coordinator's tasklet: an error there ends the attempt.
void Coordinator::pass(std::string_view point) {
  try {
    fail_point(environment_.faults, point);
  } catch (const TransientError&) {
    fail(std::current_exception());
  }
}

void Coordinator::retry_final(EpochRequest request) {
  const DurationMillis pause_ms = std::max(kFinalRetryMs, options_.min_pause_ms);
  post_at(environment_.clock.now() + pause_ms, [this, request = std::move(request)] {
    if (over_) return;
    ending_ = false;
    requests_.push_front(request);
  });
}

void Coordinator::answer(const EpochRequest& request, const Manifest& manifest, const EpochResult& result) {
  if (!request.use || !result.decided) {
    if (request.done) request.done(result);
    return;
  }
  ++io_;
  decider_.hold(result.epoch);
  environment_.executor.block([use = request.use, shared = std::make_shared<Manifest>(manifest)] { use(*shared); },
                              [this, done = request.done, result](std::exception_ptr error) {
                                mailbox_->post([this, done, result, error] {
                                  --io_;
                                  decider_.release(result.epoch);
                                  EpochResult used = result;
                                  if (error) used.problem = error_text(error);
                                  if (done) done(used);
                                });
                              });
}

void Coordinator::tell(std::string text) const {
  if (options_.tell) options_.tell(std::move(text));
}

void Coordinator::count(const InFlight& epoch) {
  const std::lock_guard lock(statistics_mutex_);
  if (!saves_state(epoch.barrier.kind)) {
    ++statistics_.published;
    return;
  }
  ++statistics_.completed;
  statistics_.last_epoch = epoch.barrier.id;
  statistics_.last_completed_at = environment_.clock.now();
  statistics_.last_duration_ms = statistics_.last_completed_at - epoch.started;
  statistics_.last_bytes = 0;
  statistics_.last_full_bytes = 0;
  for (const StatePart& part : epoch.manifest.states) {
    statistics_.last_bytes += part.sections.back().bytes;
    for (const StateSection& section : part.sections) statistics_.last_full_bytes += section.bytes;
  }
}

void Coordinator::answer_requests(const EpochResult& result) {
  for (const EpochRequest& request : std::exchange(requests_, {}))
    if (request.done) request.done(result);
}

void Coordinator::inspect(std::function<void(std::vector<TaskInspection>)> done) {
  mailbox_->post([this, done = std::move(done)] {
    const int64_t round = inspections_.begin(running_, done);
    for (const std::unique_ptr<Task>& task : graph_->tasks()) {
      if (!running_.contains(task->options().number)) continue;
      // The task's own thread answers; what it says comes back as mail.
      task->mailbox().post([this, round, task = task.get()] {
        mailbox_->post([this, round, answer = task->inspect()] { inspections_.answer(round, answer); });
      });
    }
  });
}

void Coordinator::drained(int32_t) {
  mailbox_->post([this] {
    if (--reading_sources_ == 0 && !ending_) requests_.push_front({BarrierKind::kFinal});
  });
}

void Coordinator::finished(int32_t task) {
  mailbox_->post([this, task] {
    running_.erase(task);
    inspections_.gone(task);
  });
}

void Coordinator::failed(int32_t, std::exception_ptr error) {
  mailbox_->post([this, error] { fail(error); });
}

void Coordinator::fail(std::exception_ptr error) {
  if (failure_) return;  // the first one is the cause
  failure_ = error;
  ending_ = true;
  over_ = true;
  graph_->cancel();
}

void Coordinator::cancel() {
  mailbox_->post([this] {
    ending_ = true;
    over_ = true;
    graph_->cancel();
  });
}

CheckpointStatistics Coordinator::statistics() const {
  const std::lock_guard lock(statistics_mutex_);
  return statistics_;
}

}  // namespace tidemill
