// planner/translate_sink.cc - the end of INSERT INTO. Rule: a sink runs where its input does, so that changes of a row
// keep their order.
#include <algorithm>

#include "base/config_options.h"
#include "planner/translation.h"

namespace tidemill {

Vertex translate_sink(const SinkNode& node, Translation& translation) {
  const TranslationContext& context = translation.context();
  const TableDefinition& table = *node.table();
  if (sink_columns(table) != table.persisted_columns()) {
    throw UserError(node.location(),
                    fmt::format("Writing to {} is not supported yet: a metadata column stands before a "
                                "physical one",
                                table.name.name),
                    "Declare metadata columns that are written behind the physical ones.");
  }
  SinkSpec spec;
  spec.sink = context.tables.make_sink(node);
  spec.schema = node.schema();
  spec.table = table.name.name;
  spec.primary_key = node.primary_key();
  spec.deletes_update_before =
      spec.sink->accepts() == SinkChangelog::kUpsert && context.changelog.of(*node.input()).update_before;
  const bool drop = context.config.get(kNotNullEnforcer) == "DROP";
  spec.not_null = drop ? SinkSpec::NotNull::kDrop : SinkSpec::NotNull::kError;
  const std::string lengths = context.config.get(kTypeLengthEnforcer);
  if (lengths == "TRIM_PAD") spec.type_length = SinkSpec::TypeLength::kTrimPad;
  if (lengths == "ERROR") spec.type_length = SinkSpec::TypeLength::kError;
  Vertex vertex;
  vertex.spec = std::move(spec);
  vertex.parallelism = translation.parallelism_of(translation.vertex_of(node.input()));
  vertex.inputs = {translation.edge_from(node, 0, vertex.parallelism)};
  return vertex;
}

}  // namespace tidemill
