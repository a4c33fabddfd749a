// planner/translate_sort_limit.cc - ORDER BY, LIMIT, OFFSET to their operator. Rule: one subtask sees all rows.
#include "planner/translation.h"

namespace tidemill {

Vertex translate_sort_limit(const SortLimitNode& node, Translation& translation) {
  Vertex vertex;
  const bool retracts = translation.context().changelog.of(*node.input()).retracts();
  vertex.spec = SortLimitSpec{node.keys(), node.limit(), node.offset(), node.schema(), retracts};
  vertex.inputs = {translation.edge_from(node, 0, vertex.parallelism)};
  return vertex;
}

}  // namespace tidemill
