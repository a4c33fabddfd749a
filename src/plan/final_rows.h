// plan/final_rows.h - batch mode: what is left of rows that change, once the input has ended. Rule: its output is new
// rows only; one that was taken back is not among them.
#pragma once
#include <string>
#include <vector>

#include "plan/plan_node.h"

namespace tidemill {

class FinalRowsNode : public PlanNode {
 public:
  static constexpr PlanKind kKind = PlanKind::kFinalRows;
  explicit FinalRowsNode(const PlanPtr& input) : PlanNode(kKind, input->schema(), {input}) {}

  PlanPtr with_inputs(std::vector<PlanPtr> inputs) const override;
  std::string logical_text() const override { return "Logical" + physical_text(); }
  std::string physical_text() const override;
};

}  // namespace tidemill
