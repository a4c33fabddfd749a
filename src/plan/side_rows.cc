#include "plan/side_rows.h"

namespace tidemill {
namespace {

std::string_view node_name(SideRows side) { return side == SideRows::kLate ? "LateRows" : "RejectedRecords"; }

}  // namespace

SideRowsNode::SideRowsNode(SideRows side, std::shared_ptr<const ScanNode> scan)
    : PlanNode(kKind, side_rows_schema(side), {}), side_(side), scan_(std::move(scan)) {}

PlanPtr SideRowsNode::with_inputs(std::vector<PlanPtr> inputs) const {
  CHECK(inputs.empty());
  return std::make_shared<SideRowsNode>(side_, scan_);
}

std::string SideRowsNode::logical_text() const {
  return fmt::format("Logical{}(table=[{}])", node_name(side_), table().to_string());
}

std::string SideRowsNode::physical_text() const {
  return fmt::format("{}(table=[{}], fields=[{}])", node_name(side_), table().to_string(),
                     join_texts(schema()->names()));
}

PlanPtr make_side_rows(SideRows side, TableDefinitionPtr table) {
  return std::make_shared<SideRowsNode>(side, std::static_pointer_cast<const ScanNode>(make_scan(std::move(table))));
}

}  // namespace tidemill
