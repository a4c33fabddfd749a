// plan/sink.h - the end of INSERT INTO. Rule: the input's columns are exactly what the table persists, in its order.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/plan_node.h"
#include "plan/table_definition.h"

namespace tidemill {

// ON CONFLICT DO …: what becomes of rows with different keys that have the same primary key.
enum class ConflictStrategy : uint8_t {
  kError,        // the job fails
  kNothing,      // the first one stays
  kDeduplicate,  // the last one is shown, and those before it when it is taken back
};
std::string_view conflict_strategy_text(ConflictStrategy strategy);

class SinkNode : public PlanNode {
 public:
  static constexpr PlanKind kKind = PlanKind::kSink;
  SinkNode(PlanPtr input, TableDefinitionPtr table, SchemaPtr schema, SourceLocation location,
           std::optional<ConflictStrategy> conflict);

  const TableDefinitionPtr& table() const { return table_; }
  const SourceLocation& location() const { return location_; }                   // of the INSERT, for messages
  const std::optional<ConflictStrategy>& conflict() const { return conflict_; }  // as written
  // Primary key as columns of the input; empty: none.
  std::vector<int32_t> primary_key() const;

  PlanPtr with_inputs(std::vector<PlanPtr> inputs) const override;
  std::string logical_text() const override;
  std::string physical_text() const override;

 private:
  TableDefinitionPtr table_;
  SourceLocation location_;
  std::optional<ConflictStrategy> conflict_;
};

// The schema is the table's persisted columns.
PlanPtr make_sink(PlanPtr input, TableDefinitionPtr table, SourceLocation location,
                  std::optional<ConflictStrategy> conflict = std::nullopt);

}  // namespace tidemill
