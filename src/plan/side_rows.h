// plan/side_rows.h - what the same job leaves out of a table: FROM t$late, rows that its operators drop as late; FROM
// t$errors, records that its source could not read. Rule: a leaf; who gives the rows is known when the whole job is
// translated.
#pragma once
#include "data/side_rows.h"
#include "plan/plan_node.h"
#include "plan/scan.h"

namespace tidemill {

// Output: side_rows_schema().
class SideRowsNode : public PlanNode {
 public:
  static constexpr PlanKind kKind = PlanKind::kSideRows;
  // `scan` reads the table; it only says which, and whether it ends.
  SideRowsNode(SideRows side, std::shared_ptr<const ScanNode> scan);

  SideRows side() const { return side_; }
  const ScanNode& scan() const { return *scan_; }
  const ObjectName& table() const { return scan_->table()->name; }

  PlanPtr with_inputs(std::vector<PlanPtr> inputs) const override;
  std::string logical_text() const override;
  std::string physical_text() const override;

 private:
  SideRows side_;
  std::shared_ptr<const ScanNode> scan_;
};

PlanPtr make_side_rows(SideRows side, TableDefinitionPtr table);

}  // namespace tidemill
