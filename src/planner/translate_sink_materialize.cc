// planner/translate_sink_materialize.cc - what keeps the rows of each primary key. Rule: rows of one key meet in one
// subtask, and the sink runs there too.
#include "base/config_options.h"
#include "planner/translation.h"

namespace tidemill {
namespace {

SinkMaterializeSpec::Conflict conflict_of(ConflictStrategy strategy) {
  switch (strategy) {
    case ConflictStrategy::kError:
      return SinkMaterializeSpec::Conflict::kError;
    case ConflictStrategy::kNothing:
      return SinkMaterializeSpec::Conflict::kNothing;
    case ConflictStrategy::kDeduplicate:
      return SinkMaterializeSpec::Conflict::kDeduplicate;
  }
  CHECK(false);
}

}  // namespace

Vertex translate_sink_materialize(const SinkMaterializeNode& node, Translation& translation) {
  SinkMaterializeSpec spec;
  spec.primary_key = node.primary_key();
  spec.upsert_key = node.upsert_key();
  spec.conflict = conflict_of(node.strategy());
  spec.schema = node.schema();
  spec.table = node.table();
  spec.state_ttl_ms = translation.context().config.get(kStateTimeToLive);
  Vertex vertex;
  vertex.spec = std::move(spec);
  vertex.parallelism = translation.default_parallelism();
  vertex.inputs = {translation.edge_from(node, 0, vertex.parallelism)};
  return vertex;
}

}  // namespace tidemill
