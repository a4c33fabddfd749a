#include "planner/graph_builder.h"

namespace tidemill {

Translated translate_sink(GraphBuilder& graph, const SinkNode& node) {
  const Translated input = graph.add(node.input());
  const std::vector<int32_t> key = node.primary_key();
  SinkSpec spec{graph.options().make_sink(node), node.schema(), node.table()->name.name, key,
                graph.options().not_null};
  // Changes of one key must arrive in order, whatever the query was grouped by.
  const bool by_key = input.updating && !key.empty() && graph.parallelism_of(input) > 1;
  const Edge edge = by_key ? Edge{input.vertex, Shipping::kHash, key} : graph.forward(input);
  return {graph.add_vertex({"Sink",
                            node.table()->name.name,
                            node.physical_text(),
                            std::move(spec),
                            {edge},
                            graph.parallelism_of(input)}),
          input.updating};
}

void translate_result(GraphBuilder& graph, const PlanPtr& root) {
  const Translated input = graph.add(root);
  SinkSpec spec{graph.options().result_sink, root->schema(), "result", {}, SinkSpec::NotNull::kError};
  graph.add_vertex({"Sink", "result", "Result", std::move(spec), {graph.gathered(input)}, 1});
}

}  // namespace tidemill
