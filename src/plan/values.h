// plan/values.h - rows known at planning. Rule: every row has one value of the column's type a column.
#pragma once
#include <string>
#include <vector>

#include "data/value.h"
#include "plan/plan_node.h"

namespace tidemill {

class ValuesNode : public PlanNode {
 public:
  static constexpr PlanKind kKind = PlanKind::kValues;
  ValuesNode(SchemaPtr schema, std::vector<std::vector<Value>> rows);

  const std::vector<std::vector<Value>>& rows() const { return rows_; }

  PlanPtr with_inputs(std::vector<PlanPtr> inputs) const override;
  std::string logical_text() const override;
  std::string physical_text() const override;
  std::string digest() const override;

 private:
  std::string rows_text(size_t rows_shown) const;
  std::vector<std::vector<Value>> rows_;
};

PlanPtr make_values(SchemaPtr schema, std::vector<std::vector<Value>> rows);

}  // namespace tidemill
