// planner/translate_aggregate.cc - GROUP BY to its operator. Rule: rows of one key meet in one subtask.
#include "base/config_options.h"
#include "planner/translation.h"

namespace tidemill {

Vertex translate_aggregate(const AggregateNode& node, Translation& translation) {
  const TranslationContext& context = translation.context();
  GroupAggregateSpec spec;
  spec.keys = node.keys();
  spec.aggregates = node.aggregates();
  spec.schema = node.schema();
  spec.input_retracts = context.changelog.of(*node.input()).retracts();
  spec.emit_update_before = context.changelog.of(node).update_before;
  spec.bounded_final_only = context.batch;
  if (!context.batch) spec.state_ttl_ms = node.state_ttl_ms().value_or(context.config.get(kStateTimeToLive));
  if (node.mini_batch()) {
    spec.mini_batch_rows = node.mini_batch()->rows;
    translation.publish_every(node.mini_batch()->interval_ms);
  }
  Vertex vertex;
  vertex.spec = std::move(spec);
  vertex.parallelism = node.keys().empty() ? 1 : translation.default_parallelism();
  vertex.inputs = {translation.edge_from(node, 0, vertex.parallelism)};
  return vertex;
}

}  // namespace tidemill
