#include "planner/graph_builder.h"

namespace tidemill {

Translated translate_sort_limit(GraphBuilder& graph, const SortLimitNode& node) {
  const Translated input = graph.add(node.input());
  SortLimitSpec spec{node.keys(), node.limit(), node.offset(), node.schema()};
  return {graph.add_vertex({"SortLimit", "", node.physical_text(), std::move(spec), {graph.gathered(input)}, 1}),
          false};
}

}  // namespace tidemill
