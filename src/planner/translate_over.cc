// planner/translate_over.cc - OVER to its operator. Rule: rows of one partition meet in one subtask.
#include "base/config_options.h"
#include "planner/translation.h"

namespace tidemill {

Vertex translate_over(const OverNode& node, Translation& translation) {
  const TranslationContext& context = translation.context();
  const SortKey& order = node.window().order.at(0);  // one ascending time attribute: check_over()
  OverAggregateSpec spec;
  spec.keys = node.window().keys;
  spec.time_column = order.column;
  spec.processing_time = node.input()->schema()->field(order.column).time == TimeAttribute::kProctime;
  spec.frame = node.window().frame;
  spec.aggregates = node.aggregates();
  spec.schema = node.schema();
  if (!context.batch) spec.state_ttl_ms = context.config.get(kStateTimeToLive);
  Vertex vertex;
  vertex.spec = std::move(spec);
  vertex.parallelism = node.window().keys.empty() ? 1 : translation.default_parallelism();
  vertex.inputs = {translation.edge_from(node, 0, vertex.parallelism)};
  return vertex;
}

}  // namespace tidemill
