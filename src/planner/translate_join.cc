// planner/translate_join.cc - joins to their operators. Rule: rows that fit meet in one subtask, by the bytes of their
// keys.
#include <algorithm>

#include "base/config_options.h"
#include "planner/translation.h"

namespace tidemill {
namespace {

SchemaPtr pairs_schema(const JoinNode& node) {
  std::vector<Field> fields = node.left()->schema()->fields();
  const std::vector<Field>& right = node.right()->schema()->fields();
  fields.insert(fields.end(), right.begin(), right.end());
  return make_schema(std::move(fields));
}

JoinSpec join_spec(const JoinNode& node) {
  JoinSpec spec;
  spec.type = node.type();
  spec.inputs = {node.left()->schema(), node.right()->schema()};
  spec.keys = {node.key_columns(0), node.key_columns(1)};
  for (const JoinKey& key : node.keys()) spec.null_safe.push_back(key.null_safe);
  spec.residual = node.residual();
  spec.pairs = pairs_schema(node);
  spec.schema = node.schema();
  return spec;
}

OperatorSpec regular_join(const JoinNode& node, const TranslationContext& context) {
  RegularJoinSpec spec;
  spec.join = join_spec(node);
  // Rows that are taken back are looked for among the pairs that came out.
  const auto only_new = [&](const PlanPtr& input) { return context.changelog.of(*input).append_only(); };
  spec.append_only = std::ranges::all_of(node.inputs(), only_new);
  spec.final_only = context.batch && spec.append_only;
  const DurationMillis time_to_live_ms = context.batch ? 0 : context.config.get(kStateTimeToLive);
  const auto& hints = std::get<RegularMatch>(node.match()).state_ttl_ms;
  for (size_t side = 0; side < 2; ++side)
    spec.state_ttl_ms[side] = context.batch ? 0 : hints[side].value_or(time_to_live_ms);
  return spec;
}

OperatorSpec interval_join(const JoinNode& node, const IntervalMatch& match) {
  return IntervalJoinSpec{
      join_spec(node), {match.left_time, match.right_time}, match.lower_ms, match.upper_ms, match.processing_time};
}

OperatorSpec window_join(const JoinNode& node, const WindowMatch& match) {
  return WindowJoinSpec{join_spec(node), {match.left.end, match.right.end}, match.zoned};
}

OperatorSpec temporal_join(const JoinNode& node, const TemporalMatch& match, const TranslationContext& context) {
  TemporalJoinSpec spec{join_spec(node), {match.left_time, match.right_time}};
  spec.left_changes = !context.changelog.of(*node.left()).append_only();
  spec.state_ttl_ms = context.batch ? 0 : context.config.get(kStateTimeToLive);
  return spec;
}

OperatorSpec operator_spec(const JoinNode& node, const TranslationContext& context) {
  if (const auto* interval = std::get_if<IntervalMatch>(&node.match())) return interval_join(node, *interval);
  if (const auto* window = std::get_if<WindowMatch>(&node.match())) return window_join(node, *window);
  if (const auto* temporal = std::get_if<TemporalMatch>(&node.match())) return temporal_join(node, *temporal, context);
  return regular_join(node, context);
}

}  // namespace

Vertex translate_join(const JoinNode& node, Translation& translation) {
  Vertex vertex;
  vertex.spec = operator_spec(node, translation.context());
  vertex.parallelism = node.keys().empty() ? 1 : translation.default_parallelism();
  vertex.inputs = translation.edges_from(node, vertex.parallelism);
  return vertex;
}

}  // namespace tidemill
