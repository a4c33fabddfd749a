#include "job/session.h"

#include "base/config_options.h"
#include "base/error.h"
#include "operators/make_operator.h"

namespace tidemill {
namespace {

constexpr DurationMillis kCheckpointIntervalDefaultMs = 10'000;  // where there is a directory

// Flink's scripts name directories by URI.
std::string local_path(const std::string& directory) {
  const size_t scheme = directory.find("://");
  std::string path = directory;
  if (scheme != std::string::npos) {
    if (directory.substr(0, scheme) != "file")
      throw UserError(fmt::format("Checkpoints cannot be kept in '{}'", directory),
                      "Name a local directory: SET 'execution.checkpointing.dir' = '/path'");
    path = directory.substr(scheme + 3);
  }
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

}  // namespace

Session::Session(const Registries& registries, FileTables& files, Environment& environment)
    : registries_(registries), files_(files), environment_(environment) {}

PlannedStatement Session::plan(const ast::Statement& statement, std::shared_ptr<const Sink> result_sink) {
  StatementPlanner planner(
      {catalog_, config_, registries_.functions, registries_.connectors, registries_.formats, files_});
  return planner.plan(statement, std::move(result_sink));
}

JobOptions Session::job_options(const JobGraph& graph, bool bounded) const {
  JobOptions options;
  options.runtime.make_operator = [](const Vertex& vertex) { return make_operator(vertex.spec); };
  options.runtime.buffer_timeout_ms = config_.get(kBufferTimeout);
  options.runtime.auto_watermark_interval_ms = config_.get(kAutoWatermarkInterval);
  options.runtime.late_rows_merged = config_.get(kLateRows) == "MERGED";
  options.runtime.chaining = config_.get(kOperatorChaining);
  options.runtime.evaluation.overflow_is_error = config_.get(kOverflow) == "ERROR";
  options.checkpoint_directory = local_path(config_.find(kCheckpointDirectory).value_or(""));
  const DurationMillis interval_ms = options.checkpoint_directory.empty() ? 0 : kCheckpointIntervalDefaultMs;
  options.checkpoint_interval_ms = config_.find(kCheckpointInterval).value_or(interval_ms);
  options.publish_interval_ms = bounded ? 0 : config_.get(kEpochInterval);
  if (graph.publish_interval_ms > 0) options.publish_interval_ms = graph.publish_interval_ms;
  // Half of the machine: the rest is for rows on their way, the programs around, and the cache of the spill file.
  const int64_t half = environment_.memory_bytes > 0 ? environment_.memory_bytes / 2 : MemoryBudget::kUnlimited;
  options.state_memory_bytes = config_.find(kStateMemorySize).value_or(half);
  if (config_.get(kStateBackend) != "HASHMAP") options.spill_directory = config_.get(kStateSpillDirectory);
  options.checkpoints_retained = static_cast<int32_t>(config_.get(kCheckpointsRetained));
  return options;
}

std::unique_ptr<JobExecution> Session::make_job(JobGraph graph, int32_t batch_rows) {
  JobOptions options = job_options(graph, true);
  options.runtime.batch_rows = batch_rows;
  options.runtime.small_state_bytes = 0;
  return std::make_unique<JobExecution>(std::move(graph), environment_, std::move(options));
}

EvaluationContext evaluation_context_of(const JobGraph& graph) {
  EvaluationContext context;
  context.time_zone = TimeZone::find(graph.time_zone).value_or(TimeZone());
  return context;
}

}  // namespace tidemill
