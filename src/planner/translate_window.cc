// planner/translate_window.cc - windows to their operators. Rule: rows of one key meet in one subtask.
#include "planner/translation.h"

namespace tidemill {

Vertex translate_window_aggregate(const WindowAggregateNode& node, Translation& translation) {
  WindowAggregateSpec spec;
  spec.window = node.window();
  spec.keys = node.keys();
  spec.aggregates = node.aggregates();
  spec.time_column = node.time_column();
  spec.properties = node.properties();
  spec.schema = node.schema();
  spec.input_retracts = translation.context().changelog.of(*node.input()).retracts();
  if (!translation.context().batch) spec.emit = node.emit();
  Vertex vertex;
  vertex.spec = std::move(spec);
  vertex.parallelism = node.keys().empty() ? 1 : translation.default_parallelism();
  vertex.inputs = {translation.edge_from(node, 0, vertex.parallelism)};
  return vertex;
}

Vertex translate_window_assign(const WindowAssignNode& node, Translation& translation) {
  const bool session = node.window().kind == WindowKind::kSession;
  Vertex vertex;
  vertex.spec = WindowAssignSpec{node.window(), node.time_column(), node.schema(), node.partition_keys()};
  if (!session) {
    vertex.parallelism = translation.parallelism_of(translation.vertex_of(node.input()));
  } else if (node.partition_keys().empty()) {
    vertex.parallelism = 1;
  } else {
    vertex.parallelism = translation.default_parallelism();
  }
  vertex.inputs = {translation.edge_from(node, 0, vertex.parallelism)};
  return vertex;
}

}  // namespace tidemill
