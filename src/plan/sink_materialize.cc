// plan/sink_materialize.cc - which of the rows of one primary key a table shows.
#include "plan/sink_materialize.h"

namespace tidemill {
namespace {

std::string names_of(const std::vector<int32_t>& columns, const Schema& schema) {
  std::vector<std::string> names;
  for (const int32_t column : columns) names.push_back(schema.field(column).name);
  return join_texts(names);
}

}  // namespace

SinkMaterializeNode::SinkMaterializeNode(PlanPtr input, std::vector<int32_t> primary_key,
                                         std::optional<std::vector<int32_t>> upsert_key, ConflictStrategy strategy,
                                         std::string table)
    : PlanNode(kKind, input->schema(), {input}),
      primary_key_(std::move(primary_key)),
      upsert_key_(std::move(upsert_key)),
      strategy_(strategy),
      table_(std::move(table)) {
  CHECK(!primary_key_.empty());
}

PlanPtr SinkMaterializeNode::with_inputs(std::vector<PlanPtr> inputs) const {
  return std::make_shared<SinkMaterializeNode>(inputs.at(0), primary_key_, upsert_key_, strategy_, table_);
}

std::string SinkMaterializeNode::logical_text() const { return "Logical" + physical_text(); }

std::string SinkMaterializeNode::physical_text() const {
  const std::string key = upsert_key_ ? fmt::format("[{}]", names_of(*upsert_key_, *schema())) : "none";
  return fmt::format("SinkMaterializer(pk=[{}], upsertKey={}, conflictStrategy=[{}])",
                     names_of(primary_key_, *schema()), key, conflict_strategy_text(strategy_));
}

}  // namespace tidemill
