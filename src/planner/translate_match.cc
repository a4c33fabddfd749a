// planner/translate_match.cc - MATCH_RECOGNIZE to its operator. Rule: rows of one partition meet in one subtask.
#include "planner/translation.h"

namespace tidemill {

Vertex translate_match(const MatchNode& node, Translation& translation) {
  const SchemaPtr& input = node.input()->schema();
  MatchRecognizeSpec spec;
  spec.keys = node.keys();
  spec.order = node.order();
  spec.order.front() = SortKey{node.order().front().column};  // no time is NULL
  spec.processing_time = input->field(node.order().front().column).time == TimeAttribute::kProctime;
  spec.definition = node.definition();
  spec.columns = node.keys();
  if (spec.definition.all_rows) {
    const std::vector<int32_t> ordered = columns_of_order(node.keys(), node.order());
    spec.columns.insert(spec.columns.end(), ordered.begin(), ordered.end());
    spec.columns_behind = columns_behind_measures(*input, node.keys(), node.order());
  }
  spec.input = input;
  spec.schema = node.schema();
  Vertex vertex;
  vertex.spec = std::move(spec);
  vertex.parallelism = node.keys().empty() ? 1 : translation.default_parallelism();
  vertex.inputs = {translation.edge_from(node, 0, vertex.parallelism)};
  return vertex;
}

}  // namespace tidemill
