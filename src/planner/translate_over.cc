// planner/translate_over.cc - OVER to its operator. Rule: rows of one partition meet in one subtask.
#include "base/config_options.h"
#include "expr/row_position.h"
#include "planner/translation.h"

namespace tidemill {
namespace {

OverAggregateSpec by_time_spec(const OverNode& node, const TranslationContext& context) {
  const SortKey& order = node.window().order.at(0);
  OverAggregateSpec spec;
  spec.keys = node.window().keys;
  spec.time_column = order.column;
  spec.processing_time = node.input()->schema()->field(order.column).time == TimeAttribute::kProctime;
  spec.frame = *frame_by_time(node.window().frame);
  spec.aggregates = node.aggregates();
  spec.schema = node.schema();
  if (!context.batch) spec.state_ttl_ms = context.config.get(kStateTimeToLive);
  return spec;
}

SortedOverSpec sorted_spec(const OverNode& node, const TranslationContext& context) {
  SortedOverSpec spec;
  spec.keys = node.window().keys;
  spec.order = node.window().order;
  spec.frame = node.window().frame;
  spec.calls = node.aggregates();
  for (size_t i = 0; i < spec.calls.size(); ++i) {
    if (!node.calls()[i].row_number) continue;
    spec.calls[i].function = std::make_shared<PositionFunction>(PositionKind::kRowNumber, Type::null());
    spec.calls[i].argument = nullptr;
  }
  spec.schema = node.schema();
  spec.input_retracts = context.changelog.of(*node.input()).retracts();
  spec.emit_update_before = context.changelog.of(node).update_before;
  spec.final_only = context.batch;
  if (!context.batch) spec.state_ttl_ms = context.config.get(kStateTimeToLive);
  return spec;
}

}  // namespace

Vertex translate_over(const OverNode& node, Translation& translation) {
  const TranslationContext& context = translation.context();
  const bool append_only = context.changelog.of(*node.input()).append_only();
  Vertex vertex;
  if (over_runs_by_time(node, append_only, context.batch)) {
    vertex.spec = by_time_spec(node, context);
  } else {
    vertex.spec = sorted_spec(node, context);
  }
  vertex.parallelism = node.window().keys.empty() ? 1 : translation.default_parallelism();
  vertex.inputs = {translation.edge_from(node, 0, vertex.parallelism)};
  return vertex;
}

}  // namespace tidemill
