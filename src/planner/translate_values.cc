#include "data/column_builder.h"
#include "planner/graph_builder.h"

namespace tidemill {

Translated translate_values(GraphBuilder& graph, const ValuesNode& node) {
  std::vector<ColumnPtr> columns;
  for (int32_t i = 0; i < node.schema()->size(); ++i) {
    ColumnBuilder builder(node.schema()->field(i).type);
    for (const std::vector<Value>& row : node.rows()) row[static_cast<size_t>(i)].append_to(builder);
    columns.push_back(builder.finish());
  }
  ValuesSpec spec{Batch(node.schema(), std::move(columns), static_cast<int32_t>(node.rows().size()))};
  return {graph.add_vertex({"Values", "", node.physical_text(), std::move(spec), {}, 1}), false};
}

}  // namespace tidemill
