// planner/translate_join.cc - joins to their operators. Rule: rows that fit meet in one subtask, by the bytes of their
// keys.
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
  spec.final_only = context.batch;
  return spec;
}

}  // namespace

Vertex translate_join(const JoinNode& node, Translation& translation) {
  Vertex vertex;
  vertex.spec = regular_join(node, translation.context());
  vertex.parallelism = node.keys().empty() ? 1 : translation.default_parallelism();
  vertex.inputs = translation.edges_from(node, vertex.parallelism);
  return vertex;
}

}  // namespace tidemill
