// plan/set_operation.h - UNION ALL. Rule: all inputs have the same types in the same places; the names are the first's.
#pragma once
#include <string>
#include <vector>

#include "plan/plan_node.h"

namespace tidemill {

class UnionNode : public PlanNode {
 public:
  static constexpr PlanKind kKind = PlanKind::kUnion;
  UnionNode(std::vector<PlanPtr> inputs, SchemaPtr schema);

  PlanPtr with_inputs(std::vector<PlanPtr> inputs) const override;
  std::string logical_text() const override;
  std::string physical_text() const override;
};

// A column is nullable where it is in any input, and a time attribute where it is the same one in all.
PlanPtr make_union(std::vector<PlanPtr> inputs);

}  // namespace tidemill
