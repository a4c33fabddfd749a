// plan/final_rows.cc - what is left of rows that change.
#include "plan/final_rows.h"

namespace tidemill {
PlanPtr FinalRowsNode::with_inputs(std::vector<PlanPtr> inputs) const {
  return std::make_shared<FinalRowsNode>(inputs.at(0));
}

std::string FinalRowsNode::physical_text() const {
  return fmt::format("FinalRows(select=[{}])", join_texts(schema()->names()));
}

}  // namespace tidemill
