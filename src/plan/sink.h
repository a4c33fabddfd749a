// plan/sink.h - the end of INSERT INTO. Rule: the input's columns are exactly what the table persists, in its order.
#pragma once
#include <string>
#include <vector>

#include "plan/plan_node.h"
#include "plan/table_definition.h"

namespace tidemill {

class SinkNode : public PlanNode {
 public:
  static constexpr PlanKind kKind = PlanKind::kSink;
  SinkNode(PlanPtr input, TableDefinitionPtr table, SchemaPtr schema, SourceLocation location);

  const TableDefinitionPtr& table() const { return table_; }
  const SourceLocation& location() const { return location_; }  // of the INSERT, for messages
  // Primary key as columns of the input; empty: none.
  std::vector<int32_t> primary_key() const;

  PlanPtr with_inputs(std::vector<PlanPtr> inputs) const override;
  std::string logical_text() const override;
  std::string physical_text() const override;

 private:
  TableDefinitionPtr table_;
  SourceLocation location_;
};

// The schema is the table's persisted columns.
PlanPtr make_sink(PlanPtr input, TableDefinitionPtr table, SourceLocation location);

}  // namespace tidemill
