#include "planner/graph_builder.h"

#include "base/check.h"

namespace tidemill {

GraphBuilder::GraphBuilder(const std::vector<PlanPtr>& roots, const TranslateOptions& options) : options_(options) {
  graph_.name = options.job_name;
  graph_.max_parallelism = options.max_parallelism;
  graph_.time_zone = options.time_zone;
  for (const PlanPtr& root : roots) collect_scans(*root);
}

void GraphBuilder::collect_scans(const PlanNode& node) {
  if (const ScanNode* scan = node.try_as<ScanNode>()) {
    scanned_[scan->table().get()].insert(scan->columns().begin(), scan->columns().end());
  }
  for (const PlanPtr& input : node.inputs()) collect_scans(*input);
}

void GraphBuilder::add_root(const PlanPtr& root) {
  if (const SinkNode* sink = root->try_as<SinkNode>()) {
    root_name_ = sink->table()->name.name;
    translate_sink(*this, *sink);
  } else {
    root_name_ = "result";
    translate_result(*this, root);
  }
}

namespace {

Translated dispatch(GraphBuilder& graph, const PlanNode& node) {
  switch (node.kind()) {
    case PlanKind::kScan:
      return translate_scan(graph, node.as<ScanNode>());
    case PlanKind::kValues:
      return translate_values(graph, node.as<ValuesNode>());
    case PlanKind::kFilter:
      return translate_filter(graph, node.as<FilterNode>());
    case PlanKind::kProject:
      return translate_project(graph, node.as<ProjectNode>());
    case PlanKind::kCalc:
      return translate_calc(graph, node.as<CalcNode>());
    case PlanKind::kAggregate:
      return translate_aggregate(graph, node.as<AggregateNode>());
    case PlanKind::kWindowAggregate:
      return translate_window_aggregate(graph, node.as<WindowAggregateNode>());
    case PlanKind::kWindowAssign:
      return translate_window_assign(graph, node.as<WindowAssignNode>());
    case PlanKind::kUnion:
      return translate_union(graph, node.as<UnionNode>());
    case PlanKind::kSortLimit:
      return translate_sort_limit(graph, node.as<SortLimitNode>());
    case PlanKind::kSink:
      return translate_sink(graph, node.as<SinkNode>());
  }
  CHECK_MSG(false, "plan kind {}", static_cast<int>(node.kind()));
}

}  // namespace

Translated GraphBuilder::add(const PlanPtr& node) {
  const auto found = done_.find(node.get());
  if (found != done_.end()) return found->second;
  const Translated translated = dispatch(*this, *node);
  done_.emplace(node.get(), translated);
  return translated;
}

std::string GraphBuilder::source_tables(const std::vector<Edge>& inputs) const {
  std::set<std::string> tables;
  for (const Edge& edge : inputs)
    tables.insert(tables_[static_cast<size_t>(edge.from)].begin(), tables_[static_cast<size_t>(edge.from)].end());
  return fmt::format("{}", fmt::join(tables, ","));
}

int32_t GraphBuilder::add_vertex(NewVertex added) {
  const bool is_source = added.inputs.empty();
  const std::string identity =
      is_source ? fmt::format("{}:{}", added.kind, added.detail)
                : fmt::format("{}/{}({})<{}>", root_name_, added.kind, added.detail, source_tables(added.inputs));
  const int32_t ordinal = ordinals_[identity]++;
  std::set<std::string> tables;
  if (is_source) tables.insert(added.detail);
  for (const Edge& edge : added.inputs)
    tables.insert(tables_[static_cast<size_t>(edge.from)].begin(), tables_[static_cast<size_t>(edge.from)].end());
  tables_.push_back(std::move(tables));
  graph_.vertices.push_back({ordinal == 0 ? identity : fmt::format("{}#{}", identity, ordinal), std::move(added.name),
                             std::move(added.spec), std::move(added.inputs), added.parallelism});
  return static_cast<int32_t>(graph_.vertices.size()) - 1;
}

Edge GraphBuilder::keyed(const Translated& input, const std::vector<int32_t>& keys) const {
  if (keys.empty()) return gathered(input);
  if (options_.parallelism == 1 && parallelism_of(input) == 1) return forward(input);
  return {input.vertex, Shipping::kHash, keys};
}

Edge GraphBuilder::gathered(const Translated& input) const {
  if (parallelism_of(input) == 1) return forward(input);
  return {input.vertex, Shipping::kGather, {}};
}

JobGraph translate(const std::vector<PlanPtr>& roots, const TranslateOptions& options) {
  GraphBuilder graph(roots, options);
  for (const PlanPtr& root : roots) graph.add_root(root);
  return graph.take();
}

}  // namespace tidemill
