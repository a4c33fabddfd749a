#include "runtime/execution_graph.h"

#include "base/hash.h"
#include "operators/row_outcomes.h"
#include "runtime/execution_graph_builder.h"

namespace tidemill {
namespace {

// Stands for a task on the executor; the graph owns the task itself.
class TaskTasklet final : public Tasklet {
 public:
  explicit TaskTasklet(Task& task) : task_(task) {}
  Progress step() override { return task_.step(); }

 private:
  Task& task_;
};

}  // namespace

std::string sink_owner(uint64_t job_tag, std::string_view operator_id) {
  if (job_tag == 0) return {};
  const uint64_t hash = hash_combine(job_tag, hash_bytes(operator_id.data(), operator_id.size()));
  return fmt::format("{:08x}", static_cast<uint32_t>(hash));
}

ExecutionGraph::ExecutionGraph(const JobGraph& graph, Environment& environment, const RuntimeOptions& options,
                               TaskReports& reports, SnapshotStorage* storage,
                               const std::map<std::string, bool>& splits_may_come, const RestoredJob* restored)
    : environment_(environment), budget_(options.pages.budget) {
  Builder(*this, graph, options, reports, storage, splits_may_come, restored).build();
}

ExecutionGraph::~ExecutionGraph() = default;

void ExecutionGraph::spawn() {
  std::vector<TaskletId> ids;
  for (const std::unique_ptr<Task>& task : tasks_) {
    const TaskletId id = environment_.executor.spawn(std::make_unique<TaskTasklet>(*task), task->options().number);
    task->connect(id);
    ids.push_back(id);
  }
  for (const Wire& wire : wires_)
    wire.channel->connect(environment_.executor, ids[static_cast<size_t>(wire.producer)],
                          ids[static_cast<size_t>(wire.consumer)]);
}

void ExecutionGraph::start() {
  for (const SourceVertex& source : sources_)
    for (SourceTask* task : source.tasks) task->announce_idleness();
  for (const std::unique_ptr<Task>& task : tasks_) task->post_start();
}

void ExecutionGraph::cancel() {
  for (const std::unique_ptr<Task>& task : tasks_) task->post_cancel();
}

JobMetrics ExecutionGraph::metrics() const {
  JobMetrics metrics;
  if (budget_ != nullptr) metrics.memory = budget_->use();
  for (const SourceVertex& source : sources_)
    for (const SourceTask* task : source.tasks) {
      metrics.operators.push_back({source.id, task->source_options().name, task->source_options().subtask.index,
                                   task->counters().all(), task->output_watermark()});
      if (task->pending_records() >= 0) metrics.operators.back().counters["pendingRecords"] = task->pending_records();
    }
  for (const std::unique_ptr<Task>& task : tasks_) {
    const auto& nodes = task->chain().nodes();
    for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) {
      metrics.operators.push_back({(*node)->options().id, (*node)->options().name, (*node)->options().subtask.index,
                                   (*node)->counters().all(), (*node)->output_watermark()});
      metrics.state_bytes += (*node)->state_bytes();
    }
  }
  for (const EdgeOfSubtask& edge : edges_) {
    int32_t queued = 0;
    for (const Channel* channel : edge.output->channels()) queued += channel->size();
    metrics.edges.push_back({edge.from, edge.to, edge.subtask, edge.output->counters().rows.load(),
                             edge.output->counters().batches.load(), queued});
  }
  metrics.watermark = sources_.empty() ? kNoWatermark : kMaxWatermark;
  for (const SourceVertex& source : sources_) {
    metrics.rows_in += metrics.sum(counter::kRecordsOut, source.id);
    metrics.rows_in_errors += metrics.sum(counter::kRecordsInErrors, source.id);
    for (const SourceTask* task : source.tasks)
      metrics.watermark = std::min(metrics.watermark, task->output_watermark());
  }
  for (const SinkVertex& sink : sinks_) metrics.rows_out += metrics.sum(counter::kRecordsIn, sink.id);
  metrics.rows_late = metrics.sum(counter::kLateRecordsDropped);
  return metrics;
}

JobSummary ExecutionGraph::summary() const {
  JobSummary summary;
  summary.metrics = metrics();
  summary.rows_in = summary.metrics.rows_in;
  summary.rows_out = summary.metrics.rows_out;
  summary.rows_in_errors = summary.metrics.rows_in_errors;
  summary.rows_late = summary.metrics.rows_late;
  summary.rows_left_open = summary.metrics.sum(kRowsLeftCounter);
  std::map<std::string, LateReport> late;
  const std::string reason_prefix = fmt::format("{}.", counter::kLateRecordsDropped);
  for (const std::unique_ptr<Task>& task : tasks_)
    for (const std::unique_ptr<OperatorNode>& node : task->chain().nodes()) {
      if (node->counters().value(counter::kLateRecordsDropped) == 0) continue;
      LateReport& report = late[node->options().id];
      report.operator_id = node->options().id;
      report.operator_name = node->options().name;
      report.rows += node->counters().value(counter::kLateRecordsDropped);
      for (const auto& [name, value] : node->counters().all())
        if (name.starts_with(reason_prefix)) report.by_reason[name.substr(reason_prefix.size())] += value;
      for (const LateSample& sample : node->late_samples()) report.samples.push_back(sample);
    }
  for (auto& [id, report] : late) summary.late.push_back(std::move(report));
  return summary;
}

}  // namespace tidemill
