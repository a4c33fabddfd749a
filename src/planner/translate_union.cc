#include "planner/graph_builder.h"

namespace tidemill {

Translated translate_union(GraphBuilder& graph, const UnionNode& node) {
  std::vector<Translated> inputs;
  bool updating = false;
  bool same_parallelism = true;
  for (const PlanPtr& input : node.inputs()) {
    inputs.push_back(graph.add(input));
    updating = updating || inputs.back().updating;
    same_parallelism = same_parallelism && graph.parallelism_of(inputs.back()) == graph.parallelism_of(inputs.front());
  }
  // Rows of an updating input must not change their order for a key: then all meet in one subtask.
  std::vector<Edge> edges;
  for (const Translated& input : inputs)
    edges.push_back(same_parallelism ? graph.forward(input) : graph.gathered(input));
  const int32_t parallelism = same_parallelism ? graph.parallelism_of(inputs.front()) : 1;
  return {
      graph.add_vertex({"Union", "", node.physical_text(), UnionSpec{node.schema()}, std::move(edges), parallelism}),
      updating};
}

}  // namespace tidemill
