#include "planner/graph_builder.h"

namespace tidemill {

Translated translate_aggregate(GraphBuilder& graph, const AggregateNode& node) {
  const Translated input = graph.add(node.input());
  GroupAggregateSpec spec;
  spec.keys = node.keys();
  spec.aggregates = node.aggregates();
  spec.schema = node.schema();
  spec.input_retracts = input.updating;
  spec.bounded_final_only = graph.options().final_rows_only;
  const std::vector<std::string> names = node.input()->schema()->names();
  std::vector<std::string> keys;
  for (const int32_t key : node.keys()) keys.push_back(names[static_cast<size_t>(key)]);
  const bool updating = !spec.bounded_final_only;
  return {graph.add_vertex({"GroupAggregate",
                            fmt::format("{}", fmt::join(keys, ",")),
                            node.physical_text(),
                            std::move(spec),
                            {graph.keyed(input, node.keys())},
                            graph.keyed_parallelism(node.keys())}),
          updating};
}

}  // namespace tidemill
