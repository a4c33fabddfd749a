// planner/translate_changelog_function.cc - TO_CHANGELOG and FROM_CHANGELOG to their operators. Rule: they run where
// their input runs, so that changes of a row keep their order.
#include "planner/translation.h"

namespace tidemill {
namespace {

Vertex beside_input(const PlanNode& node, OperatorSpec spec, Translation& translation) {
  Vertex vertex;
  vertex.spec = std::move(spec);
  vertex.parallelism = translation.parallelism_of(translation.vertex_of(node.input()));
  vertex.inputs = {translation.edge_from(node, 0, vertex.parallelism)};
  return vertex;
}

}  // namespace

Vertex translate_to_changelog(const ToChangelogNode& node, Translation& translation) {
  return beside_input(node, ToChangelogSpec{node.codes(), node.schema()}, translation);
}

Vertex translate_from_changelog(const FromChangelogNode& node, Translation& translation) {
  return beside_input(node, FromChangelogSpec{node.op_column(), node.codes(), node.schema()}, translation);
}

}  // namespace tidemill
