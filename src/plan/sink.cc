// plan/sink.cc - the end of INSERT INTO.
#include "plan/sink.h"

#include <algorithm>

namespace tidemill {
namespace {

std::string conflict_text(const std::optional<ConflictStrategy>& conflict) {
  return conflict ? fmt::format(", conflictStrategy=[{}]", conflict_strategy_text(*conflict)) : "";
}

}  // namespace

std::string_view conflict_strategy_text(ConflictStrategy strategy) {
  switch (strategy) {
    case ConflictStrategy::kError:
      return "ERROR";
    case ConflictStrategy::kNothing:
      return "NOTHING";
    case ConflictStrategy::kDeduplicate:
      return "DEDUPLICATE";
  }
  CHECK(false);
}

SinkNode::SinkNode(PlanPtr input, TableDefinitionPtr table, SchemaPtr schema, SourceLocation location,
                   std::optional<ConflictStrategy> conflict)
    : PlanNode(kKind, std::move(schema), {std::move(input)}),
      table_(std::move(table)),
      location_(location),
      conflict_(conflict) {
  CHECK_EQ(this->schema()->size(), this->input()->schema()->size());
}

std::vector<int32_t> SinkNode::primary_key() const {
  const std::vector<int32_t> persisted = table_->persisted_columns();
  std::vector<int32_t> result;
  for (const int32_t column : table_->primary_key) {
    const auto place = std::ranges::find(persisted, column);
    CHECK(place != persisted.end());
    result.push_back(static_cast<int32_t>(place - persisted.begin()));
  }
  return result;
}

PlanPtr SinkNode::with_inputs(std::vector<PlanPtr> inputs) const {
  return std::make_shared<SinkNode>(inputs.at(0), table_, schema(), location_, conflict_);
}

std::string SinkNode::logical_text() const {
  return fmt::format("LogicalSink(table=[{}], fields=[{}]{})", table_->name.to_string(),
                     join_texts(input()->schema()->names()), conflict_text(conflict_));
}

std::string SinkNode::physical_text() const {
  return fmt::format("Sink(table=[{}], fields=[{}]{})", table_->name.to_string(),
                     join_texts(input()->schema()->names()), conflict_text(conflict_));
}

PlanPtr make_sink(PlanPtr input, TableDefinitionPtr table, SourceLocation location,
                  std::optional<ConflictStrategy> conflict) {
  std::vector<Field> fields;
  for (const int32_t index : table->persisted_columns()) {
    const TableColumn& column = table->columns[static_cast<size_t>(index)];
    fields.push_back({column.name, column.type, TimeAttribute::kNone});
  }
  return std::make_shared<SinkNode>(std::move(input), std::move(table), make_schema(std::move(fields)), location,
                                    conflict);
}

}  // namespace tidemill
