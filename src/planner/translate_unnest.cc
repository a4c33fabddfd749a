// planner/translate_unnest.cc - UNNEST to its operator. Rule: it runs where its input runs.
#include "planner/translation.h"

namespace tidemill {

Vertex translate_unnest(const UnnestNode& node, Translation& translation) {
  Vertex vertex;
  vertex.spec = UnnestSpec{node.collection(), node.keep_empty(), node.with_ordinality(), node.schema()};
  vertex.parallelism = translation.parallelism_of(translation.vertex_of(node.input()));
  vertex.inputs = {translation.edge_from(node, 0, vertex.parallelism)};
  return vertex;
}

}  // namespace tidemill
