// planner/translate_calc.cc - filter and project to their operator. Rule: it runs where its input does.
#include "expr/shared_values.h"
#include "planner/translation.h"

namespace tidemill {

Vertex translate_calc(const CalcNode& node, Translation& translation) {
  Vertex vertex;
  ExpressionPtr predicate = node.predicate();
  if (predicate != nullptr) predicate = share_equal_parts({predicate}).front();
  vertex.spec = FilterProjectSpec{std::move(predicate), share_equal_parts(node.projections()), node.schema()};
  vertex.parallelism = translation.parallelism_of(translation.vertex_of(node.input()));
  vertex.inputs = {translation.edge_from(node, 0, vertex.parallelism)};
  return vertex;
}

}  // namespace tidemill
