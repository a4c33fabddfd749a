// From an optimised plan to a job graph.
#include "planner/translation.h"

#include "base/config_options.h"
#include "plan/passes/distribution.h"

namespace tidemill {
namespace {

int32_t configured_parallelism(const Config& config) {
  const int64_t of_tables = config.get(ConfigOption<int64_t>{"table.exec.resource.default-parallelism"});
  return static_cast<int32_t>(of_tables > 0 ? of_tables : config.get(kParallelismDefault));
}

constexpr int32_t kMaxParallelismDefault = 128;
constexpr int32_t kMaxParallelismLimit = 32768;  // as in Flink: key groups are counted in 15 bits

int32_t configured_max_parallelism(const Config& config, int32_t parallelism) {
  const int64_t written = config.get(kPipelineMaxParallelism);
  if (written == -1) return std::max(kMaxParallelismDefault, parallelism);
  if (written < parallelism || written > kMaxParallelismLimit) {
    throw UserError(fmt::format("pipeline.max-parallelism is {}, and must be from parallelism.default ({}) to {}",
                                written, parallelism, kMaxParallelismLimit));
  }
  return static_cast<int32_t>(written);
}

}  // namespace

Translation::Translation(TranslationContext context)
    : context_(std::move(context)), default_parallelism_(configured_parallelism(context_.config)) {
  graph_.name = context_.config.get(kPipelineName);
  graph_.max_parallelism = configured_max_parallelism(context_.config, default_parallelism_);
  const std::string zone = context_.config.get(kLocalTimeZone);
  if (zone != "default") graph_.time_zone = zone;
}

int32_t Translation::add(Vertex vertex) {
  graph_.vertices.push_back(std::move(vertex));
  return static_cast<int32_t>(graph_.vertices.size()) - 1;
}

int32_t Translation::vertex_of(const PlanPtr& node) {
  const auto known = vertices_.find(node.get());
  if (known != vertices_.end()) return known->second;
  Vertex vertex = translate(node);
  std::set<ObjectName> tables;
  if (const auto* scan = node->try_as<ScanNode>()) tables.insert(scan->table()->name);
  for (const Edge& edge : vertex.inputs)
    if (!edge.side)
      tables.insert(tables_[static_cast<size_t>(edge.from)].begin(), tables_[static_cast<size_t>(edge.from)].end());
  vertex.id = identities_.identify(*node, owner_);
  vertex.name = node->physical_text();
  const int32_t index = add(std::move(vertex));
  tables_.resize(graph_.vertices.size());
  tables_.back() = std::move(tables);
  vertices_.emplace(node.get(), index);
  return index;
}

Vertex Translation::translate(const PlanPtr& node) {
  switch (node->kind()) {
    case PlanKind::kScan:
      return translate_scan(node->as<ScanNode>(), *this);
    case PlanKind::kValues:
      return translate_values(node->as<ValuesNode>(), *this);
    case PlanKind::kSideRows:
      return translate_side_rows(node->as<SideRowsNode>(), *this);
    case PlanKind::kCalc:
      return translate_calc(node->as<CalcNode>(), *this);
    case PlanKind::kAggregate:
      return translate_aggregate(node->as<AggregateNode>(), *this);
    case PlanKind::kWindowAggregate:
      return translate_window_aggregate(node->as<WindowAggregateNode>(), *this);
    case PlanKind::kWindowAssign:
      return translate_window_assign(node->as<WindowAssignNode>(), *this);
    case PlanKind::kUnnest:
      return translate_unnest(node->as<UnnestNode>(), *this);
    case PlanKind::kOver:
      return translate_over(node->as<OverNode>(), *this);
    case PlanKind::kMatch:
      return translate_match(node->as<MatchNode>(), *this);
    case PlanKind::kRank:
      return translate_rank(node->as<RankNode>(), *this);
    case PlanKind::kUnion:
      return translate_union(node->as<UnionNode>(), *this);
    case PlanKind::kJoin:
      return translate_join(node->as<JoinNode>(), *this);
    case PlanKind::kLookupJoin:
      return translate_lookup_join(node->as<LookupJoinNode>(), *this);
    case PlanKind::kSortLimit:
      return translate_sort_limit(node->as<SortLimitNode>(), *this);
    case PlanKind::kChangelogNormalize:
      return translate_changelog_normalize(node->as<ChangelogNormalizeNode>(), *this);
    case PlanKind::kToChangelog:
      return translate_to_changelog(node->as<ToChangelogNode>(), *this);
    case PlanKind::kFromChangelog:
      return translate_from_changelog(node->as<FromChangelogNode>(), *this);
    case PlanKind::kSinkMaterialize:
      return translate_sink_materialize(node->as<SinkMaterializeNode>(), *this);
    case PlanKind::kFinalRows:
      return translate_final_rows(node->as<FinalRowsNode>(), *this);
    case PlanKind::kSink:
      return translate_sink(node->as<SinkNode>(), *this);
    case PlanKind::kFilter:
    case PlanKind::kProject:
    case PlanKind::kStatementSet:
      break;
  }
  CHECK_MSG(false, "not a node of an optimised plan: {}", node->physical_text());
}

std::vector<int32_t> Translation::readers_of(const ObjectName& table) const {
  std::vector<int32_t> readers;
  for (size_t i = 0; i < tables_.size(); ++i)
    if (tables_[i].contains(table)) readers.push_back(static_cast<int32_t>(i));
  return readers;
}

Edge Translation::edge_from(const PlanNode& consumer, size_t input, int32_t parallelism) {
  Edge edge;
  edge.from = vertex_of(consumer.input(input));
  const int32_t producers = parallelism_of(edge.from);
  const Distribution distribution = required_distribution(consumer, input);
  if (distribution.kind == DistributionKind::kHash) {
    edge.shipping = Shipping::kHash;
    edge.keys = distribution.keys;
  } else if (producers == parallelism) {
    edge.shipping = Shipping::kForward;
  } else if (parallelism == 1 || context_.changelog.of(*consumer.input(input)).retracts()) {
    edge.shipping = Shipping::kGather;  // a row and its retraction must not overtake each other
  } else {
    edge.shipping = Shipping::kRebalance;
  }
  return edge;
}

std::vector<Edge> Translation::edges_from(const PlanNode& consumer, int32_t parallelism) {
  std::vector<Edge> edges;
  for (size_t i = 0; i < consumer.inputs().size(); ++i) edges.push_back(edge_from(consumer, i, parallelism));
  return edges;
}

void Translation::add_sink(const PlanPtr& sink) {
  owner_ = sink->as<SinkNode>().table()->name.name;
  vertex_of(sink);
}

void Translation::add_query(const PlanPtr& query, const SchemaPtr& result) {
  owner_ = "select";
  const int32_t from = vertex_of(query);
  Vertex vertex;
  vertex.id = "select/sink";
  vertex.name = fmt::format("Result(fields=[{}])", join_texts(result->names()));
  SinkSpec spec;
  spec.sink = context_.result_sink;
  spec.schema = result;
  spec.table = "result";
  vertex.spec = std::move(spec);
  vertex.inputs = {{from, parallelism_of(from) == 1 ? Shipping::kForward : Shipping::kGather, {}}};
  add(std::move(vertex));
}

}  // namespace tidemill
