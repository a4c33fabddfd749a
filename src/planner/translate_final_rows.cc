// planner/translate_final_rows.cc - the final rows of batch mode to an operator that keeps all until the end. Rule: one
// subtask sees all rows, since one may be taken back by another split than it came from.
#include "planner/translation.h"

namespace tidemill {

Vertex translate_final_rows(const FinalRowsNode& node, Translation& translation) {
  Vertex vertex;
  vertex.spec = SortLimitSpec{{}, std::nullopt, 0, node.schema(), true};
  vertex.inputs = {translation.edge_from(node, 0, vertex.parallelism)};
  return vertex;
}

}  // namespace tidemill
