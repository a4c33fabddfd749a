#include "job/job_execution.h"

#include "base/check.h"
#include "checkpoint/job_tag.h"
#include "runtime/values_source.h"

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
    : graph_(std::move(graph)), environment_(environment), options_(with_budget(std::move(options), environment)) {}

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

std::optional<Manifest> JobExecution::last_checkpoint() {
  if (options_.checkpoint_directory.empty()) return std::nullopt;
  fail_point(environment_.faults, "start.begun");
  lock_ = lock_directory();
  fail_point(environment_.faults, "start.locked");
  directory_ = std::make_unique<CheckpointDirectory>(environment_.files, options_.checkpoint_directory,
                                                     options_.checkpoints_retained, &environment_.faults);
  first_epoch_ = directory_->sweep() + 1;
  fail_point(environment_.faults, "start.swept");
  std::optional<Manifest> manifest = directory_->last_decided();
  for (const std::string& refused : directory_->refused()) warnings_.push_back(refused);
  fail_point(environment_.faults, "start.manifest_read");
  if (!manifest) return std::nullopt;
  if (manifest->max_parallelism != graph_.max_parallelism)
    throw UserError(fmt::format("The checkpoint in '{}' was made with maximum parallelism {}, the job has {}",
                                options_.checkpoint_directory, manifest->max_parallelism, graph_.max_parallelism),
                    fmt::format("SET 'pipeline.max-parallelism' = '{}'", manifest->max_parallelism));
  restored_epoch_ = manifest->epoch;
  return manifest;
}

std::vector<SourceCoordination> JobExecution::coordinate_sources(const std::optional<Manifest>& manifest) {
  std::vector<SourceCoordination> sources;
  for (const Vertex& vertex : graph_.vertices) {
    const std::shared_ptr<const Source> source = source_of(vertex);
    if (!source) continue;
    const ManifestSource* restored = find_source(manifest, vertex.id);
    SourceCoordination& added = sources.emplace_back();
    added.id = vertex.id;
    added.enumerator = source->make_enumerator(environment_, restored != nullptr ? restored->enumerator : "");
    if (restored != nullptr) added.splits = restored->splits;
    for (Split& split : added.enumerator->discover()) added.splits.push_back({std::move(split), kNoWatermark, false});
  }
  return sources;
}

std::map<std::string, std::unique_ptr<SinkCommitter>> JobExecution::recover_sinks(
    const std::optional<Manifest>& manifest) {
  std::map<std::string, std::unique_ptr<SinkCommitter>> committers;
  for (const Vertex& vertex : graph_.vertices) {
    const auto* sink = std::get_if<SinkSpec>(&vertex.spec);
    if (sink == nullptr) continue;
    std::unique_ptr<SinkCommitter> committer =
        sink->sink->make_committer(environment_, sink_owner(job_tag_, vertex.id));
    std::vector<Committable> prepared;
    if (manifest && !environment_.faults.maybe("mutation.forget_prepared"))
      for (const SinkPart& part : manifest->sinks)
        if (part.operator_id == vertex.id)
          prepared.insert(prepared.end(), part.committables.begin(), part.committables.end());
    if (directory_) committer->recover(restored_epoch_, prepared);
    fail_point(environment_.faults, "start.sink_recovered");
    committers[vertex.id] = std::move(committer);
  }
  return committers;
}

RestoredJob JobExecution::open_state(const Manifest& manifest) {
  RestoredJob restored;
  std::set<std::string> known;
  for (const Vertex& vertex : graph_.vertices) known.insert(vertex.id);
  std::set<std::string> lost;
  for (const StatePart& part : manifest.states) {
    if (!known.contains(part.operator_id)) {
      lost.insert(part.operator_id);
      continue;
    }
    if (environment_.faults.maybe("mutation.skip_state_part")) continue;
    restored.states[part.operator_id].push_back(directory_->open(part));
    if (environment_.faults.maybe("mutation.restore_part_twice"))
      restored.states[part.operator_id].push_back(directory_->open(part));
  }
  for (const ManifestSource& source : manifest.sources) {
    restored.source_counters[source.operator_id] = source.counters;
    if (!known.contains(source.operator_id)) lost.insert(source.operator_id);
  }
  for (const std::string& id : lost)
    warnings_.push_back(fmt::format("State of operator '{}' in the checkpoint belongs to no operator of this job", id));
  return restored;
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
  const std::optional<Manifest> manifest = last_checkpoint();
  if (directory_) job_tag_ = job_tag(environment_.files, environment_.random, options_.checkpoint_directory);
  std::vector<SourceCoordination> sources = coordinate_sources(manifest);
  fail_point(environment_.faults, "start.splits_found");
  std::map<std::string, bool> splits_may_come;
  for (const SourceCoordination& source : sources)
    splits_may_come[source.id] = source.enumerator->rediscovery_interval_ms().has_value();
  std::vector<ManifestOperator> operators;
  for (const Vertex& vertex : graph_.vertices) operators.push_back({vertex.id, vertex.name, vertex.parallelism});

  Decider& decider = directory_ ? static_cast<Decider&>(*directory_) : forgetful_;
  coordinator_ = std::make_unique<Coordinator>(
      environment_,
      CoordinatorOptions{graph_.name, graph_.max_parallelism, options_.checkpoint_interval_ms,
                         options_.publish_interval_ms, first_epoch_},
      decider, std::move(sources), recover_sinks(manifest), std::move(operators));
  std::optional<RestoredJob> restored;
  if (manifest) restored = open_state(*manifest);
  fail_point(environment_.faults, "start.state_opened");
  RuntimeOptions runtime = options_.runtime;
  runtime.idle_at_barriers = options_.publish_interval_ms > 0;
  runtime.job_tag = job_tag_;
  execution_ = std::make_unique<ExecutionGraph>(graph_, environment_, runtime, *coordinator_, directory_.get(),
                                                splits_may_come, restored ? &*restored : nullptr);
  for (const std::string& lost : execution_->lost_state())
    warnings_.push_back(fmt::format("State in the checkpoint is not taken up any more: {}", lost));
  fail_point(environment_.faults, "start.state_restored");
  coordinator_->start(*execution_);
  fail_point(environment_.faults, "start.started");
}

bool JobExecution::finished() const { return coordinator_ && coordinator_->finished(); }

void JobExecution::run(const std::function<bool()>& stop) {
  CHECK(coordinator_);
  environment_.executor.run([&] { return coordinator_->finished() || (stop && stop()); });
  if (coordinator_->finished() && coordinator_->failure()) std::rethrow_exception(coordinator_->failure());
}

void JobExecution::trigger(BarrierKind kind, std::function<void(EpochResult)> done) {
  coordinator_->trigger(kind, std::move(done));
}
void JobExecution::stop(std::function<void(EpochResult)> done) { coordinator_->stop(std::move(done)); }
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
