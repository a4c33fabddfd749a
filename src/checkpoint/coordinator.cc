#include "checkpoint/coordinator.h"

#include "base/check.h"

namespace tidemill {
namespace {

std::string_view kind_text(BarrierKind kind) {
  switch (kind) {
    case BarrierKind::kPublish:
      return "publish";
    case BarrierKind::kCheckpoint:
      return "checkpoint";
    case BarrierKind::kSavepoint:
      return "savepoint";
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
      committers_(std::move(committers)),
      operators_(std::move(operators)),
      mailbox_(std::make_shared<Mailbox>()),
      next_epoch_(options_.first_epoch),
      schedule_(0, 0, 0) {
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
  if (in_flight_) complete(nullptr);
  answer_requests({0, false});
  finished_.store(true);
  return Tasklet::Progress::kDone;
}

void Coordinator::trigger(BarrierKind kind, std::function<void(EpochResult)> done) {
  mailbox_->post([this, kind, done = std::move(done)] { requests_.push_back({kind, done}); });
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
  const auto saves = [](const Request& request) { return saves_state(request.kind); };
  const bool saving =
      (in_flight_ && saves_state(in_flight_->barrier.kind)) || std::any_of(requests_.begin(), requests_.end(), saves);
  if (kind == BarrierKind::kCheckpoint && !saving) requests_.push_back({BarrierKind::kCheckpoint, {}});
  if (kind == BarrierKind::kPublish && !in_flight_ && requests_.empty())
    requests_.push_back({BarrierKind::kPublish, {}});
  schedule_tick();
}

void Coordinator::begin_next() {
  if (in_flight_ || ending_ || requests_.empty()) return;
  // All sources have been read: the last epoch includes every other one that was asked for.
  if (reading_sources_ == 0)
    for (Request& request : requests_) request.kind = BarrierKind::kFinal;
  Request request = std::move(requests_.front());
  requests_.pop_front();
  ending_ = request.kind == BarrierKind::kFinal;
  InFlight& epoch = in_flight_.emplace(InFlight{});
  epoch.barrier = {next_epoch_++, request.kind};
  epoch.done = std::move(request.done);
  epoch.started = environment_.clock.now();
  if (saves_state(request.kind)) fill_manifest(epoch, epoch.manifest);
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
  manifest.operators = operators_;
  for (size_t i = 0; i < sources_.size(); ++i)
    manifest.sources.push_back({sources_[i].id, enumerator_states_[i], {}, {}});
}

void Coordinator::acknowledged(int32_t task, int64_t epoch, TaskSnapshot snapshot) {
  auto shared = std::make_shared<TaskSnapshot>(std::move(snapshot));
  mailbox_->post([this, task, epoch, shared] { take_acknowledgement(task, epoch, std::move(*shared)); });
}

void Coordinator::take_acknowledgement(int32_t task, int64_t epoch, TaskSnapshot snapshot) {
  if (!in_flight_ || failure_ || in_flight_->deciding) return;
  CHECK_EQ(epoch, in_flight_->barrier.id);
  CHECK_MSG(in_flight_->waiting.erase(task) == 1, "task {} acknowledged epoch {} twice", task, epoch);
  const bool saves = saves_state(in_flight_->barrier.kind);
  if (saves) in_flight_->manifest.add(std::move(snapshot));
  if (saves && environment_.faults.maybe("mutation.decide_early")) in_flight_->waiting.clear();
  pass("epoch.acknowledged");
  if (!in_flight_->waiting.empty()) return;
  if (!saves) return complete(nullptr);
  in_flight_->manifest.sort();
  decide();
}

void Coordinator::decide() {
  in_flight_->deciding = true;
  ++io_;
  auto manifest = std::make_shared<const Manifest>(in_flight_->manifest);
  environment_.executor.block(
      [this, manifest] {
        const bool finish_first = environment_.faults.maybe("mutation.finish_before_decision");
        if (finish_first) finish_sinks(*manifest);
        fail_point(environment_.faults, "epoch.deciding");
        decider_.decide(*manifest);
        fail_point(environment_.faults, "epoch.decided");
        if (!finish_first) finish_sinks(*manifest);
        fail_point(environment_.faults, "epoch.sinks_finished");
        decider_.finished(manifest->epoch);
        fail_point(environment_.faults, "epoch.finished");
      },
      [this](std::exception_ptr error) {
        mailbox_->post([this, error] {
          --io_;
          complete(error);
        });
      });
}

void Coordinator::finish_sinks(const Manifest& manifest) {
  for (const auto& [id, committer] : committers_) {
    std::vector<Committable> prepared;
    for (const SinkPart& part : manifest.sinks)
      if (part.operator_id == id) prepared.insert(prepared.end(), part.committables.begin(), part.committables.end());
    committer->finish(manifest.epoch, prepared);
    fail_point(environment_.faults, "epoch.sink_finished");
  }
}

void Coordinator::complete(std::exception_ptr error) {
  if (error) fail(error);
  const InFlight epoch = std::move(*in_flight_);
  in_flight_.reset();
  {
    const std::lock_guard lock(statistics_mutex_);
    statistics_.in_flight = 0;
  }
  const bool decided = epoch.waiting.empty() && !error;
  if (decided) count(epoch);
  if (epoch.done) epoch.done({epoch.barrier.id, decided});
  pass("epoch.completed");
  if (!decided || epoch.barrier.kind != BarrierKind::kFinal) return;
  pass("epoch.last_completed");
  answer_requests({epoch.barrier.id, true});
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

void Coordinator::answer_requests(EpochResult result) {
  for (const Request& request : std::exchange(requests_, {}))
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
    if (--reading_sources_ == 0 && !ending_) requests_.push_front({BarrierKind::kFinal, {}});
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
  graph_->cancel();
}

void Coordinator::cancel() {
  mailbox_->post([this] {
    ending_ = true;
    graph_->cancel();
  });
}

void Coordinator::poll_sources() {
  for (const SourceVertex& source : graph_->sources())
    for (SourceTask* task : source.tasks) task->post_poll();
}

void Coordinator::assign_splits(size_t source, std::vector<SplitProgress> splits, bool before_start) {
  const std::vector<SourceTask*>& tasks = graph_->sources()[source].tasks;
  std::vector<std::vector<SplitProgress>> by_task(tasks.size());
  for (SplitProgress& split : splits) by_task[next_subtask_[source]++ % tasks.size()].push_back(std::move(split));
  for (size_t i = 0; i < tasks.size(); ++i) {
    if (by_task[i].empty()) continue;
    before_start ? tasks[i]->add_splits(by_task[i]) : tasks[i]->post_splits(std::move(by_task[i]));
  }
}

void Coordinator::schedule_discovery(size_t source) {
  const std::optional<DurationMillis> interval_ms = sources_[source].enumerator->rediscovery_interval_ms();
  if (interval_ms) post_at(environment_.clock.now() + *interval_ms, [this, source] { discover(source); });
}

void Coordinator::discover(size_t source) {
  if (ending_) return;
  ++io_;
  auto found = std::make_shared<std::vector<Split>>();
  environment_.executor.block([this, source, found] { *found = sources_[source].enumerator->discover(); },
                              [this, source, found](std::exception_ptr error) {
                                mailbox_->post([this, source, found, error] {
                                  --io_;
                                  if (error) return fail(error);
                                  std::vector<SplitProgress> splits;
                                  for (Split& split : *found) splits.push_back({std::move(split), kNoWatermark, false});
                                  enumerator_states_[source] = sources_[source].enumerator->snapshot();
                                  assign_splits(source, std::move(splits), false);
                                  schedule_discovery(source);
                                });
                              });
}

CheckpointStatistics Coordinator::statistics() const {
  const std::lock_guard lock(statistics_mutex_);
  return statistics_;
}

}  // namespace tidemill
