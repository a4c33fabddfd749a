#include "planner/graph_builder.h"

namespace tidemill {

Translated translate_window_aggregate(GraphBuilder& graph, const WindowAggregateNode& node) {
  const Translated input = graph.add(node.input());
  WindowAggregateSpec spec;
  spec.window = node.window();
  spec.keys = node.keys();
  spec.aggregates = node.aggregates();
  spec.time_column = node.time_column();
  spec.properties = node.properties();
  spec.schema = node.schema();
  spec.input_retracts = input.updating;
  const std::vector<std::string> names = node.input()->schema()->names();
  std::vector<std::string> keys;
  for (const int32_t key : node.keys()) keys.push_back(names[static_cast<size_t>(key)]);
  const std::string window = window_text(node.window(), names.at(static_cast<size_t>(node.time_column())));
  return {graph.add_vertex({"WindowAggregate",
                            fmt::format("{};{}", fmt::join(keys, ","), window),
                            node.physical_text(),
                            std::move(spec),
                            {graph.keyed(input, node.keys())},
                            graph.keyed_parallelism(node.keys())}),
          false};
}

Translated translate_window_assign(GraphBuilder& graph, const WindowAssignNode& node) {
  const Translated input = graph.add(node.input());
  WindowAssignSpec spec{node.window(), node.time_column(), node.schema()};
  return {graph.add_vertex({"WindowAssign",
                            "",
                            node.physical_text(),
                            std::move(spec),
                            {graph.forward(input)},
                            graph.parallelism_of(input)}),
          input.updating};
}

}  // namespace tidemill
