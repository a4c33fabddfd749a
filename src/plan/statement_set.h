// plan/statement_set.h - everything that one job computes. Rule: only the optimiser sees it, so that rules look at all
// queries of a job together.
#pragma once
#include <string>
#include <vector>

#include "plan/plan_node.h"

namespace tidemill {

class StatementSetNode : public PlanNode {
 public:
  static constexpr PlanKind kKind = PlanKind::kStatementSet;
  explicit StatementSetNode(std::vector<PlanPtr> inputs) : PlanNode(kKind, make_schema({}), std::move(inputs)) {}

  PlanPtr with_inputs(std::vector<PlanPtr> inputs) const override {
    return std::make_shared<StatementSetNode>(std::move(inputs));
  }
  std::string logical_text() const override { return "StatementSet"; }
  std::string physical_text() const override { return "StatementSet"; }
  std::string digest() const override { return ""; }
};

}  // namespace tidemill
