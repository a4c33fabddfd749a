// planner/translate_values.cc - VALUES to a batch. Rule: one subtask, rows in the order written.
#include "data/column_builder.h"
#include "planner/translation.h"

namespace tidemill {

Vertex translate_values(const ValuesNode& node, Translation&) {
  std::vector<ColumnPtr> columns;
  for (int32_t i = 0; i < node.schema()->size(); ++i) {
    ColumnBuilder builder(node.schema()->field(i).type);
    for (const std::vector<Value>& row : node.rows()) row[static_cast<size_t>(i)].append_to(builder);
    columns.push_back(builder.finish());
  }
  ValuesSpec spec;
  spec.rows = Batch(node.schema(), std::move(columns), static_cast<int32_t>(node.rows().size()));
  Vertex vertex;
  vertex.spec = std::move(spec);
  return vertex;
}

}  // namespace tidemill
