#include "job/job_execution.h"

#include "base/check.h"
#include "base/error.h"
#include "checkpoint/job_tag.h"
#include "checkpoint/savepoint.h"
#include "checkpoint/state_file.h"
#include "planner/transaction_sinks.h"
#include "runtime/values_source.h"
#include "state/part_contents.h"

namespace tidemill {
namespace {

constexpr std::string_view kLockFile = "lock";

std::shared_ptr<const Source> source_of(const Vertex& vertex) {
  if (const auto* source = std::get_if<SourceSpec>(&vertex.spec)) return source->source;
  if (const auto* values = std::get_if<ValuesSpec>(&vertex.spec)) return make_values_source(values->rows);
  return nullptr;
}

const ManifestSource* find_source(const std::optional<Manifest>& manifest, const std::string& id) {
  if (!manifest) return nullptr;
  for (const ManifestSource& source : manifest->sources)
    if (source.operator_id == id) return &source;
  return nullptr;
}

std::string domain_of(const std::shared_ptr<const Sink>& sink) { return sink ? sink->transaction_domain() : ""; }

// One budget for all state of the job.
JobOptions with_budget(JobOptions options, Environment& environment) {
  PageTableOptions& pages = options.runtime.pages;
  pages.budget = std::make_shared<MemoryBudget>(options.state_memory_bytes);
  if (!options.spill_directory.empty()) pages.spill_files = &environment.files;
  pages.spill_directory = options.spill_directory;
  return options;
}

}  // namespace

JobExecution::JobExecution(JobGraph graph, Environment& environment, JobOptions options)
    : graph_(std::move(graph)),
      environment_(environment),
      options_(with_budget(std::move(options), environment)),
      publishing_(environment, domain_of(transaction_sink(graph_))) {
  for (const Vertex& vertex : graph_.vertices)
    if (const auto* source = std::get_if<SourceSpec>(&vertex.spec)) publishing_.add(vertex.id, source->source);
}

JobExecution::~JobExecution() {
  execution_ = nullptr;
  coordinator_ = nullptr;
  const MemoryUse left = memory_use();
  for (size_t kind = 0; options_.runtime.check_contracts && kind < kMemoryKinds; ++kind)
    CHECK_MSG(left.bytes[kind] == 0, "{} bytes of {} are still charged when the job is gone", left.bytes[kind],
              memory_kind_name(static_cast<MemoryKind>(kind)));
}

MemoryUse JobExecution::memory_use() const { return options_.runtime.pages.budget->use(); }

std::unique_ptr<FileLock> JobExecution::lock_directory() {
  try {
    environment_.files.create_directories(options_.checkpoint_directory);
    return environment_.files.lock(fmt::format("{}/{}", options_.checkpoint_directory, kLockFile));
  } catch (const UserError& error) {
    throw UserError(
        fmt::format("The checkpoint directory '{}' cannot be used: {}", options_.checkpoint_directory, error.what()),
        error.hint().empty()
            ? fmt::format("One process runs a job: look at it with 'tidemill job status {0}', end it with "
                          "'tidemill job stop {0}', or choose another directory",
                          options_.checkpoint_directory)
            : error.hint());
  }
}

void JobExecution::find_start() {
  fail_point(environment_.faults, "start.begun");
  if (!options_.checkpoint_directory.empty()) {
    if (!lock_) lock_ = lock_directory();
    fail_point(environment_.faults, "start.locked");
    directory_ = std::make_unique<CheckpointDirectory>(environment_.files, options_.checkpoint_directory,
                                                       options_.checkpoints_retained, &environment_.faults);
  }
  settle_transaction();
  start_ = find_starting_point(environment_.files, directory_.get(), options_.recovery);
  fail_point(environment_.faults, "start.manifest_read");
  const bool own = start_.manifest && directory_ && start_.directory == directory_->directory();
  if (transaction_ && !options_.recovery.fresh)
    require_decided(*directory_, transaction_name_, own ? &*start_.manifest : nullptr, committed_epoch_);
  warnings_ = start_.warnings;
  if (start_.manifest && start_.manifest->max_parallelism != graph_.max_parallelism)
    throw UserError(fmt::format("The {} was made with maximum parallelism {}, the job has {}", start_.place,
                                start_.manifest->max_parallelism, graph_.max_parallelism),
                    fmt::format("SET 'pipeline.max-parallelism' = '{}'", start_.manifest->max_parallelism));
}

void JobExecution::settle_transaction() {
  const std::shared_ptr<const Sink> sink = transaction_sink(graph_);
  if (!sink) {
    if (directory_ && !options_.recovery.fresh) refuse_open_decisions(*directory_);
    return;
  }
  if (!directory_)
    throw UserError("A table is to be written exactly once, and the job keeps no checkpoints",
                    "Name a directory for them with --checkpoint-dir (execution.checkpointing.dir).");
  transaction_name_ = fmt::format("{} '{}'", sink->transaction_domain(), sink->transaction_prefix());
  job_tag_ = job_tag(environment_.files, environment_.random, options_.checkpoint_directory);
  transaction_ = sink->make_transaction(
      environment_,
      {fmt::format("{:016x}", job_tag_), options_.checkpoint_interval_ms, options_.checkpoint_timeout_ms});
  committed_epoch_ = settle_decisions(*directory_, transaction_name_, *transaction_);
  transaction_decider_ = std::make_unique<TransactionDecider>(
      *directory_, transaction_, [this](const Manifest& manifest) { return publishing_.progress(manifest); },
      environment_.faults);
  fail_point(environment_.faults, "start.transaction_settled");
}

Decider& JobExecution::decider() {
  if (transaction_decider_) return *transaction_decider_;
  return directory_ ? static_cast<Decider&>(*directory_) : forgetful_;
}

std::vector<ManifestOperator> JobExecution::operators() const {
  std::vector<ManifestOperator> operators;
  for (const Vertex& vertex : graph_.vertices)
    operators.push_back({vertex.id, vertex.name, vertex.parallelism, state_names(vertex.spec)});
  return operators;
}

std::unique_ptr<SnapshotReader> JobExecution::open(const StatePart& part) {
  return open_state_part(environment_.files, start_.directory, part, SectionCheck::kDone);  // by find_start()
}

std::vector<SourceCoordination> JobExecution::coordinate_sources() {
  std::vector<SourceCoordination> sources;
  for (const Vertex& vertex : graph_.vertices) {
    const std::shared_ptr<const Source> source = source_of(vertex);
    if (!source) continue;
    const ManifestSource* restored = find_source(start_.manifest, vertex.id);
    SourceCoordination& added = sources.emplace_back();
    added.id = vertex.id;
    added.enumerator = source->make_enumerator(environment_, restored != nullptr ? restored->enumerator : "");
    if (restored != nullptr) {
      added.splits = restored->splits;
      added.ended = restored->ended;
    }
    std::set<std::string> open;
    for (const SplitProgress& split : added.splits) open.insert(split.split.id);
    added.enumerator->set_open(std::move(open));
    for (Split& split : added.enumerator->discover()) added.splits.push_back({std::move(split), kNoWatermark, false});
  }
  return sources;
}

std::map<std::string, std::unique_ptr<SinkCommitter>> JobExecution::make_committers() {
  std::map<std::string, std::unique_ptr<SinkCommitter>> committers;
  for (const Vertex& vertex : graph_.vertices)
    if (const auto* sink = std::get_if<SinkSpec>(&vertex.spec))
      committers[vertex.id] = sink->sink->make_committer(environment_, sink_owner(job_tag_, vertex.id));
  return committers;
}

void JobExecution::recover_sinks(const std::map<std::string, SinkCommitter*>& committers) {
  if (!directory_ && !start_.manifest) return;
  for (const auto& [id, committer] : committers) {
    std::vector<Committable> prepared;
    if (start_.manifest && !environment_.faults.maybe("mutation.forget_prepared"))
      prepared = start_.manifest->prepared_by(id);
    committer->recover(restored_epoch(), prepared);
    fail_point(environment_.faults, "start.sink_recovered");
  }
}

RestoredJob JobExecution::open_state() {
  RestoredJob restored;
  std::set<std::string> known;
  for (const Vertex& vertex : graph_.vertices) known.insert(vertex.id);
  for (const StatePart& part : start_.manifest->states) {
    if (!known.contains(part.operator_id) || environment_.faults.maybe("mutation.skip_state_part")) continue;
    restored.states[part.operator_id].push_back(open(part));
    if (environment_.faults.maybe("mutation.restore_part_twice"))
      restored.states[part.operator_id].push_back(open(part));
  }
  for (const ManifestSource& source : start_.manifest->sources)
    restored.source_counters[source.operator_id] = source.counters;
  return restored;
}

PlanComparison JobExecution::compare() {
  const auto tables_of = [this](const std::string& id) {
    std::vector<SavedTable> tables;
    for (const StatePart& part : start_.manifest->states)
      if (part.operator_id == id) add_table_contents(tables, *open(part));
    return tables;
  };
  PlanComparison comparison = compare_plans(*start_.manifest, operators(), tables_of);
  refuse_loss(comparison);
  return comparison;
}

void JobExecution::refuse_loss(const PlanComparison& comparison) const {
  if (!comparison.loses_state() || options_.recovery.allow_state_loss) return;
  const std::string what =
      comparison.is_another_job()
          ? fmt::format("The {} belongs to another job, '{}': none of its operators is in this one", start_.place,
                        comparison.saved_job)
          : fmt::format("The query has changed since the {}, and state would be lost", start_.place);
  throw UserError(fmt::format("{}:\n{}", what, comparison.text().substr(0, comparison.text().size() - 1)),
                  "Run the query as it was, begin without that state by --allow-state-loss "
                  "(execution.state-recovery.ignore-unclaimed-state), or keep the checkpoints of this query in another "
                  "directory. Nothing was deleted");
}

void JobExecution::start() {
  CHECK(!coordinator_);
  try {
    prepare();
  } catch (...) {
    lock_ = nullptr;  // nothing runs: others may have it
    throw;
  }
}

void JobExecution::prepare() {
  find_start();
  std::optional<PlanComparison> comparison;
  if (start_.manifest) comparison = compare();
  if (directory_) job_tag_ = job_tag(environment_.files, environment_.random, options_.checkpoint_directory);
  std::vector<SourceCoordination> sources = coordinate_sources();
  fail_point(environment_.faults, "start.splits_found");
  std::map<std::string, bool> splits_may_come;
  for (const SourceCoordination& source : sources)
    splits_may_come[source.id] = source.enumerator->rediscovery_interval_ms().has_value();
  std::map<std::string, std::unique_ptr<SinkCommitter>> committers = make_committers();
  std::map<std::string, SinkCommitter*> to_recover;
  for (const auto& [id, committer] : committers) to_recover[id] = committer.get();

  coordinator_ = std::make_unique<Coordinator>(environment_, coordinator_options(), decider(), std::move(sources),
                                               std::move(committers), operators());
  std::optional<RestoredJob> restored;
  if (start_.manifest) restored = open_state();
  fail_point(environment_.faults, "start.state_opened");
  RuntimeOptions runtime = options_.runtime;
  runtime.idle_at_barriers = options_.publish_interval_ms > 0;
  runtime.job_tag = job_tag_;
  runtime.transaction = transaction_;
  execution_ = std::make_unique<ExecutionGraph>(graph_, environment_, runtime, *coordinator_, directory_.get(),
                                                splits_may_come, restored ? &*restored : nullptr);
  if (comparison) {
    add_restore_reports(*comparison, execution_->restore_reports());
    refuse_loss(*comparison);
    if (comparison->differs())
      warnings_.push_back(fmt::format("The query has changed since the {}:\n{}", start_.place, comparison->text()));
  }
  fail_point(environment_.faults, "start.state_restored");
  // Only now: what is refused changes nothing outside.
  recover_sinks(to_recover);
  coordinator_->start(*execution_);
  fail_point(environment_.faults, "start.started");
}

CoordinatorOptions JobExecution::coordinator_options() {
  CoordinatorOptions options;
  options.job = graph_.name;
  options.max_parallelism = graph_.max_parallelism;
  options.interval_ms = options_.checkpoint_interval_ms;
  options.publish_interval_ms = options_.publish_interval_ms;
  options.first_epoch = start_.first_epoch;
  options.timeout_ms = options_.checkpoint_timeout_ms;
  options.min_pause_ms = options_.checkpoint_min_pause_ms;
  options.failures_tolerated = options_.checkpoint_failures_tolerated;
  options.began_from = start_.began_from;
  options.statistics = options_.statistics;
  options.transaction = transaction_name_;
  options.tell = options_.tell;
  // As in Flink: a job without checkpoints, such as a query that somebody types, moves no group.
  if (directory_) options.publish = [this](const Manifest& manifest) { publishing_.publish(manifest); };
  return options;
}

bool JobExecution::finished() const { return coordinator_ && coordinator_->finished(); }

void JobExecution::run(const std::function<bool()>& stop) {
  CHECK(coordinator_);
  environment_.executor.run([&] { return coordinator_->finished() || (stop && stop()); });
  if (coordinator_->finished() && coordinator_->failure()) std::rethrow_exception(coordinator_->failure());
}

void JobExecution::trigger(EpochRequest request) { coordinator_->trigger(std::move(request)); }
void JobExecution::stop(std::function<void(EpochResult)> done) { trigger({BarrierKind::kFinal, std::move(done)}); }
void JobExecution::save(BarrierKind kind, const std::string& directory, std::function<void(EpochResult)> done) {
  CHECK(directory_);
  trigger({kind,
           [directory, done = std::move(done)](EpochResult result) {
             if (result.decided && result.problem.empty()) result.savepoint = directory;
             if (done) done(std::move(result));
           },
           [this, directory](const Manifest& manifest) {
             write_savepoint(environment_.files, options_.checkpoint_directory, manifest, directory);
           }});
}
void JobExecution::inspect(std::function<void(std::vector<TaskInspection>)> done) {
  coordinator_->inspect(std::move(done));
}
void JobExecution::cancel() { coordinator_->cancel(); }
void JobExecution::poll_sources() { coordinator_->poll_sources(); }

JobMetrics JobExecution::metrics() const { return execution_->metrics(); }
CheckpointStatistics JobExecution::checkpoint_statistics() const { return coordinator_->statistics(); }

JobSummary JobExecution::summary() const {
  CHECK(finished());
  return execution_->summary();
}

}  // namespace tidemill
