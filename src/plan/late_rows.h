// plan/late_rows.h - the rows of a table that the operators of the same job drop as late: FROM t$late. Rule: a leaf;
// which operators give the rows is known when the whole job is translated.
#pragma once
#include "plan/plan_node.h"
#include "plan/scan.h"

namespace tidemill {

// Output: late_row_schema().
class LateRowsNode : public PlanNode {
 public:
  static constexpr PlanKind kKind = PlanKind::kLateRows;
  // `scan` reads the table; it only says which, and whether it ends.
  explicit LateRowsNode(std::shared_ptr<const ScanNode> scan);

  const ScanNode& scan() const { return *scan_; }
  const ObjectName& table() const { return scan_->table()->name; }

  PlanPtr with_inputs(std::vector<PlanPtr> inputs) const override;
  std::string logical_text() const override;
  std::string physical_text() const override;

 private:
  std::shared_ptr<const ScanNode> scan_;
};

PlanPtr make_late_rows(TableDefinitionPtr table);

}  // namespace tidemill
