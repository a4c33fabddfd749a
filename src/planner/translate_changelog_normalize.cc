// planner/translate_changelog_normalize.cc - changes by a key to a changelog of whole rows. Rule: rows of one key meet
// in one subtask.
#include "base/config_options.h"
#include "planner/translation.h"

namespace tidemill {

Vertex translate_changelog_normalize(const ChangelogNormalizeNode& node, Translation& translation) {
  const TranslationContext& context = translation.context();
  ChangelogNormalizeSpec spec;
  spec.keys = node.key();
  spec.schema = node.schema();
  spec.emit_update_before = context.changelog.of(node).update_before;
  spec.state_ttl_ms = context.config.get(kStateTimeToLive);
  Vertex vertex;
  vertex.spec = std::move(spec);
  vertex.parallelism = translation.default_parallelism();
  vertex.inputs = {translation.edge_from(node, 0, vertex.parallelism)};
  return vertex;
}

}  // namespace tidemill
