// planner/translate_lookup_join.cc - a lookup join to its operator. Rule: rows stay in the subtask that they come in,
// in their order, unless those of one key are to meet.
#include "planner/translation.h"

namespace tidemill {

Vertex translate_lookup_join(const LookupJoinNode& node, Translation& translation) {
  const ScanNode& scan = node.scan();
  LookupJoinSpec spec;
  spec.type = node.join()->type();
  for (const LookupJoinNode::Key& key : node.keys()) {
    spec.keys.push_back(key.value);
    spec.key_columns.push_back(scan.projections()[static_cast<size_t>(key.column)]->as<ColumnReference>().index());
  }
  spec.source = translation.context().tables.make_lookup_source(scan, spec.key_columns);
  const std::vector<ExpressionPtr> columns = scan_expressions(scan, *spec.source->schema());
  spec.input_condition = node.input_condition();
  if (node.row_condition() != nullptr) spec.row_condition = substitute_columns(node.row_condition(), columns);
  for (const ExpressionPtr& projection : node.projections())
    spec.projections.push_back(substitute_columns(projection, columns));
  spec.residual = node.residual();
  spec.schema = node.schema();
  if (const auto& retry = node.match().retry) spec.retry = LookupRetry{retry->delay_ms, retry->attempts_max};
  Vertex vertex;
  const int32_t producers = translation.parallelism_of(translation.vertex_of(node.input()));
  vertex.parallelism = node.match().by_key ? translation.default_parallelism() : producers;
  vertex.spec = std::move(spec);
  vertex.inputs = translation.edges_from(node, vertex.parallelism);
  return vertex;
}

}  // namespace tidemill
