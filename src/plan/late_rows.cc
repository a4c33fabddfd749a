#include "plan/late_rows.h"

#include "data/late_row.h"

namespace tidemill {

LateRowsNode::LateRowsNode(std::shared_ptr<const ScanNode> scan)
    : PlanNode(kKind, late_row_schema(), {}), scan_(std::move(scan)) {}

PlanPtr LateRowsNode::with_inputs(std::vector<PlanPtr> inputs) const {
  CHECK(inputs.empty());
  return std::make_shared<LateRowsNode>(scan_);
}

std::string LateRowsNode::logical_text() const {
  return fmt::format("LogicalLateRows(table=[{}])", table().to_string());
}

std::string LateRowsNode::physical_text() const {
  return fmt::format("LateRows(table=[{}], fields=[{}])", table().to_string(), join_texts(schema()->names()));
}

PlanPtr make_late_rows(TableDefinitionPtr table) {
  return std::make_shared<LateRowsNode>(std::static_pointer_cast<const ScanNode>(make_scan(std::move(table))));
}

}  // namespace tidemill
