#include "runtime/execution_graph_builder.h"

#include <set>

#include "base/check.h"
#include "env/side_by_side.h"
#include "operators/make_operator.h"
#include "runtime/contract_checker.h"
#include "runtime/exchange.h"
#include "runtime/side_output.h"
#include "runtime/values_source.h"
#include "state/key_groups.h"

namespace tidemill {
namespace {

TimeZone zone_of(const JobGraph& graph) {
  const std::optional<TimeZone> zone = TimeZone::find(graph.time_zone);
  if (!zone)
    throw UserError(fmt::format("There is no time zone '{}'", graph.time_zone),
                    "SET 'table.local-time-zone' to a name such as 'Europe/Berlin' or 'UTC'");
  return *zone;
}

SourceSpec source_spec_of(const OperatorSpec& spec) {
  if (const auto* source = std::get_if<SourceSpec>(&spec)) return *source;
  const Batch& rows = std::get<ValuesSpec>(spec).rows;
  SourceSpec values;
  values.source = make_values_source(rows);
  values.schema = rows.schema();
  values.table = "VALUES";
  return values;
}

// Names a file of a checkpoint: other characters than these become '_'.
std::string task_name(const std::string& id, int32_t subtask) {
  std::string name = id;
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '.') c = '_';
  return fmt::format("{}-{}", name, subtask);
}

}  // namespace

ExecutionGraph::Builder::Builder(ExecutionGraph& built, const JobGraph& graph, const RuntimeOptions& options,
                                 TaskReports& reports, SnapshotStorage* storage,
                                 const std::map<std::string, bool>& splits_may_come, const RestoredJob* restored)
    : built_(built),
      graph_(graph),
      options_(options),
      reports_(reports),
      storage_(storage),
      splits_may_come_(splits_may_come),
      restored_(restored),
      evaluation_(options.evaluation),
      consumers_(graph.vertices.size()),
      side_consumers_(graph.vertices.size()) {
  evaluation_.time_zone = zone_of(graph);
}

void ExecutionGraph::Builder::build() {
  if (graph_.max_parallelism < 1 || graph_.max_parallelism > kMaxParallelismLimit)
    throw UserError(
        fmt::format("Maximum parallelism {} is not between 1 and {}", graph_.max_parallelism, kMaxParallelismLimit),
        "SET 'pipeline.max-parallelism'");
  std::set<std::string> ids;
  for (size_t v = 0; v < graph_.vertices.size(); ++v) {
    const Vertex& vertex = graph_.vertices[v];
    heads_.push_back(head_of(v));
    CHECK_MSG(ids.insert(vertex.id).second, "two vertices are named '{}'", vertex.id);
    if (vertex.parallelism < 1 || vertex.parallelism > graph_.max_parallelism)
      throw UserError(fmt::format("Parallelism {} of {} is not between 1 and the maximum parallelism {}",
                                  vertex.parallelism, vertex.name, graph_.max_parallelism),
                      "SET 'parallelism.default' or 'pipeline.max-parallelism'");
    for (size_t port = 0; port < vertex.inputs.size(); ++port) {
      CHECK_MSG(vertex.inputs[port].from < static_cast<int32_t>(v), "{} comes before its input", vertex.name);
      const Edge& edge = vertex.inputs[port];
      CHECK_MSG(!edge.side || edge.shipping == Shipping::kGather, "{} does not gather side rows", vertex.name);
      (edge.side ? side_consumers_ : consumers_)[static_cast<size_t>(edge.from)].push_back(
          {v, static_cast<int32_t>(port)});
      if (!is_chained(v)) make_channels(v, static_cast<int32_t>(port));
    }
  }
  for (size_t v = 0; v < graph_.vertices.size(); ++v) {
    const Vertex& vertex = graph_.vertices[v];
    if (is_chained(v)) continue;
    if (is_source(vertex)) built_.sources_.push_back({vertex.id, source_spec_of(vertex.spec).source, {}});
    for (int32_t subtask = 0; subtask < vertex.parallelism; ++subtask)
      is_source(vertex) ? build_source(v, subtask) : build_task(v, subtask);
  }
  for (const Wire& wire : built_.wires_) CHECK(wire.producer >= 0 && wire.consumer >= 0);
  run_side_by_side(built_.environment_.executor, restores_);
}

bool ExecutionGraph::Builder::is_source(const Vertex& vertex) const {
  return std::holds_alternative<SourceSpec>(vertex.spec) || std::holds_alternative<ValuesSpec>(vertex.spec);
}

size_t ExecutionGraph::Builder::head_of(size_t vertex) const {
  const Vertex& consumer = graph_.vertices[vertex];
  std::optional<size_t> head;
  for (const Edge& edge : consumer.inputs) {
    const auto from = static_cast<size_t>(edge.from);
    const int32_t producers = graph_.vertices[from].parallelism;
    const bool one_to_one =
        producers == consumer.parallelism && (edge.shipping == Shipping::kForward || producers == 1);
    if (!options_.chaining || edge.side || !one_to_one || head.value_or(heads_[from]) != heads_[from]) return vertex;
    head = heads_[from];
  }
  return head.value_or(vertex);
}

void ExecutionGraph::Builder::make_channels(size_t vertex, int32_t port) {
  const Vertex& consumer = graph_.vertices[vertex];
  const Edge& edge = consumer.inputs[static_cast<size_t>(port)];
  const int32_t producers = graph_.vertices[static_cast<size_t>(edge.from)].parallelism;
  CHECK_MSG(edge.shipping != Shipping::kGather || consumer.parallelism == 1, "{} gathers into {} subtasks",
            consumer.name, consumer.parallelism);
  CHECK_MSG(edge.shipping != Shipping::kForward || producers == consumer.parallelism,
            "{} takes {} subtasks forward into {}", consumer.name, producers, consumer.parallelism);
  Matrix matrix(static_cast<size_t>(producers),
                std::vector<Channel*>(static_cast<size_t>(consumer.parallelism), nullptr));
  for (size_t from = 0; from < matrix.size(); ++from)
    for (size_t to = 0; to < matrix[from].size(); ++to) {
      if (edge.shipping == Shipping::kForward && from != to) continue;
      built_.channels_.push_back(std::make_unique<Channel>(options_.channel_events, options_.pages.budget.get()));
      matrix[from][to] = built_.channels_.back().get();
      wire_of_[matrix[from][to]] = built_.wires_.size();
      built_.wires_.push_back({matrix[from][to], -1, -1});
    }
  channels_[{vertex, port}] = std::move(matrix);
}

std::vector<InputGate::Input> ExecutionGraph::Builder::inputs_of(size_t vertex, int32_t subtask) {
  std::vector<InputGate::Input> inputs;
  for (size_t port = 0; port < graph_.vertices[vertex].inputs.size(); ++port)
    for (const std::vector<Channel*>& row : channels_.at({vertex, static_cast<int32_t>(port)})) {
      Channel* channel = row[static_cast<size_t>(subtask)];
      if (channel == nullptr) continue;
      inputs.push_back({channel, static_cast<int32_t>(port)});
      built_.wires_[wire_of_.at(channel)].consumer = static_cast<int32_t>(built_.tasks_.size());
    }
  return inputs;
}

void ExecutionGraph::Builder::build_task(size_t vertex, int32_t subtask) {
  const auto number = static_cast<int32_t>(built_.tasks_.size());
  auto task =
      std::make_unique<ProcessingTask>(TaskOptions{number, task_name(graph_.vertices[vertex].id, subtask), storage_},
                                       built_.environment_, reports_, inputs_of(vertex, subtask));
  ProcessingTask& built = *task;
  task_ = task.get();
  built_.tasks_.push_back(std::move(task));
  built.set_head(build_node(vertex, subtask));
}

void ExecutionGraph::Builder::build_source(size_t vertex, int32_t subtask) {
  const Vertex& source = graph_.vertices[vertex];
  const auto number = static_cast<int32_t>(built_.tasks_.size());
  SourceTaskOptions options;
  options.id = source.id;
  options.name = source.name;
  options.subtask = {subtask, source.parallelism};
  const auto may_come = splits_may_come_.find(source.id);
  options.splits_may_come = may_come != splits_may_come_.end() && may_come->second;
  options.batch_rows = options_.batch_rows;
  options.auto_watermark_interval_ms = options_.auto_watermark_interval_ms;
  options.idle_at_barriers = options_.idle_at_barriers;
  options.late_rows_merged = options_.late_rows_merged;
  options.evaluation = evaluation_;
  options.budget = options_.pages.budget.get();
  const SourceSpec& spec = source_spec_of(source.spec);
  if (spec.alignment) options.alignment_group = &built_.alignment_.group(spec.alignment->group);
  auto task = std::make_unique<SourceTask>(TaskOptions{number, task_name(source.id, subtask), storage_},
                                           built_.environment_, reports_, spec, options);
  SourceTask& built = *task;
  task_ = task.get();
  built_.tasks_.push_back(std::move(task));
  built_.sources_.back().tasks.push_back(&built);
  EventTarget* head = &build_outputs(vertex, subtask);
  if (EventTarget* const rejected = build_side_outputs(vertex, subtask)) {
    built.set_rejected(*rejected);
    head = &task_->chain().add_link(std::make_unique<SideOutput>(*head, *rejected));
  }
  built.set_head(*head);
  if (restored_ == nullptr || subtask != 0) return;
  const auto counters = restored_->source_counters.find(source.id);
  if (counters != restored_->source_counters.end()) built.restore_counters(counters->second);
}

EventTarget& ExecutionGraph::Builder::build_outputs(size_t vertex, int32_t subtask) {
  std::vector<EventTarget*> targets;
  for (const Consumer& consumer : consumers_[vertex])
    targets.push_back(is_chained(consumer.vertex) ? &build_link(consumer, subtask)
                                                  : &build_edge(vertex, consumer, subtask));
  return fan_out(std::move(targets));
}

EventTarget& ExecutionGraph::Builder::build_link(const Consumer& consumer, int32_t subtask) {
  Chain& chain = task_->chain();
  const size_t ports = graph_.vertices[consumer.vertex].inputs.size();
  if (ports == 1) return chain.add_link(std::make_unique<ChainLink>(build_node(consumer.vertex, subtask)));
  ChainedInputs*& inputs = chained_inputs_[{consumer.vertex, subtask}];
  if (inputs == nullptr)
    inputs = &chain.add_inputs(
        std::make_unique<ChainedInputs>(build_node(consumer.vertex, subtask), ports, built_.environment_.faults));
  return chain.add_link(std::make_unique<ChainedInput>(*inputs, static_cast<size_t>(consumer.port)));
}

EventTarget* ExecutionGraph::Builder::build_side_outputs(size_t vertex, int32_t subtask) {
  std::vector<EventTarget*> targets;
  for (const Consumer& consumer : side_consumers_[vertex]) targets.push_back(&build_edge(vertex, consumer, subtask));
  return targets.empty() ? nullptr : &fan_out(std::move(targets));
}

EventTarget& ExecutionGraph::Builder::fan_out(std::vector<EventTarget*> targets) {
  if (targets.size() == 1) return *targets.front();
  return task_->chain().add_link(std::make_unique<FanOut>(std::move(targets)));
}

EventTarget& ExecutionGraph::Builder::build_edge(size_t vertex, const Consumer& consumer, int32_t subtask) {
  const Vertex& to = graph_.vertices[consumer.vertex];
  const Edge& edge = to.inputs[static_cast<size_t>(consumer.port)];
  std::vector<Channel*> channels;
  for (Channel* channel : channels_.at({consumer.vertex, consumer.port})[static_cast<size_t>(subtask)]) {
    if (channel == nullptr) continue;
    channels.push_back(channel);
    built_.wires_[wire_of_.at(channel)].producer = task_->options().number;
  }
  std::unique_ptr<EdgeOutput> output;
  if (edge.shipping == Shipping::kHash)
    output = std::make_unique<HashExchange>(
        std::move(channels), edge.keys, graph_.max_parallelism, BatchingPolicy(options_.buffer_timeout_ms),
        [chain = &task_->chain()] { return chain->now(); }, options_.pages.budget.get());
  else
    output = std::make_unique<RoundRobinOutput>(std::move(channels), static_cast<size_t>(subtask));
  built_.edges_.push_back({output.get(), graph_.vertices[vertex].id, to.id, subtask});
  return task_->chain().add_edge(std::move(output));
}

OperatorNode& ExecutionGraph::Builder::build_node(size_t vertex, int32_t subtask) {
  const Vertex& described = graph_.vertices[vertex];
  EventTarget* target = &build_outputs(vertex, subtask);
  if (options_.check_contracts)
    target = &task_->chain().add_link(
        std::make_unique<ContractChecker>(described.name, nullptr, restored_ == nullptr, *target));
  OperatorNodeOptions options;
  options.late_rows = build_side_outputs(vertex, subtask);
  if (options.late_rows != nullptr)
    target = &task_->chain().add_link(std::make_unique<SideOutput>(*target, *options.late_rows));
  options.id = described.id;
  options.name = described.name;
  options.subtask = {subtask, described.parallelism};
  options.evaluation = evaluation_;
  options.state.max_parallelism = graph_.max_parallelism;
  options.state.key_groups = key_groups_of_subtask(graph_.max_parallelism, described.parallelism, subtask);
  options.state.pages = options_.pages;
  options.blocking_calls = &task_->blocking_calls();
  options.place = static_cast<int32_t>(task_->chain().nodes().size());
  options.environment = &built_.environment_;
  const Subtask self = options.subtask;
  OperatorNode& node = task_->chain().add_node(
      std::make_unique<OperatorNode>(make_operator(described, self), std::move(options), *target));
  if (const auto* sink = std::get_if<SinkSpec>(&described.spec)) {
    SinkWriter& writer = static_cast<SinkOperator&>(node.op()).writer();
    task_->chain().add_sink(writer);
    task_->chain().add_participant(std::make_unique<SinkParticipant>(writer, described.id, subtask));
    if (subtask == 0) built_.sinks_.push_back({described.id, sink->sink});
  }
  if (storage_ != nullptr)
    task_->chain().add_participant(std::make_unique<StateParticipant>(node, *storage_, options_.small_state_bytes));
  node.open();
  restore(node);
  return node;
}

std::unique_ptr<Operator> ExecutionGraph::Builder::make_operator(const Vertex& vertex, const Subtask& subtask) {
  if (const auto* sink = std::get_if<SinkSpec>(&vertex.spec)) {
    Subtask owned = subtask;
    owned.owner = sink_owner(options_.job_tag, vertex.id);
    if (!sink->sink->transaction_domain().empty()) owned.transaction = options_.transaction;
    return std::make_unique<SinkOperator>(*sink, built_.environment_, owned);
  }
  return options_.make_operator ? options_.make_operator(vertex) : tidemill::make_operator(vertex.spec);
}

void ExecutionGraph::Builder::restore(OperatorNode& node) {
  const std::vector<std::unique_ptr<SnapshotReader>>* readers = nullptr;
  if (restored_ != nullptr) {
    const auto found = restored_->states.find(node.options().id);
    if (found != restored_->states.end()) readers = &found->second;
  }
  if (readers == nullptr) return node.start();
  std::vector<const SnapshotReader*> parts;
  for (const std::unique_ptr<SnapshotReader>& reader : *readers) parts.push_back(reader.get());
  RestoreReport* const report =
      node.options().subtask.index == 0 ? &built_.restore_reports_[node.options().id] : nullptr;
  restores_.push_back([&node, parts = std::move(parts), report] {
    RestoreReport done = node.restore(parts, [](std::string_view) { return true; });
    if (report != nullptr) *report = std::move(done);
  });
}

}  // namespace tidemill
