// planner/translate_sort_limit.cc - ORDER BY, LIMIT, OFFSET to their operator. Rule: one subtask sees all rows.
#include "planner/translation.h"

namespace tidemill {
namespace {

// Over input that never ends, rows are sorted as time passes. By processing time alone they are in order.
OperatorSpec sort_by_time(const SortLimitNode& node) {
  const bool processing_time =
      node.input()->schema()->field(node.keys().front().column).time == TimeAttribute::kProctime;
  if (processing_time && node.keys().size() == 1) return SortLimitSpec{{}, std::nullopt, 0, node.schema(), false};
  return TemporalSortSpec{node.keys(), processing_time, node.schema()};
}

}  // namespace

Vertex translate_sort_limit(const SortLimitNode& node, Translation& translation) {
  Vertex vertex;
  const Changelog& changelog = translation.context().changelog;
  if (!node.limit() && node.sorts_by_time() && !changelog.bounded(*node.input())) {
    vertex.spec = sort_by_time(node);
  } else {
    const bool retracts = changelog.of(*node.input()).retracts();
    vertex.spec = SortLimitSpec{node.keys(), node.limit(), node.offset(), node.schema(), retracts};
  }
  vertex.inputs = {translation.edge_from(node, 0, vertex.parallelism)};
  return vertex;
}

}  // namespace tidemill
