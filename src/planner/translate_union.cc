// planner/translate_union.cc - UNION ALL to its operator. Rule: a row and its retraction take the same way.
#include "planner/translation.h"

namespace tidemill {

Vertex translate_union(const UnionNode& node, Translation& translation) {
  Vertex vertex;
  vertex.spec = UnionSpec{node.schema()};
  for (const PlanPtr& input : node.inputs()) {
    vertex.parallelism = std::max(vertex.parallelism, translation.parallelism_of(translation.vertex_of(input)));
  }
  for (const PlanPtr& input : node.inputs()) {
    const bool spreads = translation.parallelism_of(translation.vertex_of(input)) != vertex.parallelism;
    if (spreads && translation.context().changelog.of(*input).retracts())
      vertex.parallelism = 1;  // then all inputs meet in one subtask
  }
  vertex.inputs = translation.edges_from(node, vertex.parallelism);
  return vertex;
}

}  // namespace tidemill
