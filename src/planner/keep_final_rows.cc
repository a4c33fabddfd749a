#include "planner/keep_final_rows.h"

#include "plan/final_rows.h"

namespace tidemill {
namespace {

PlanPtr final_rows_of(const PlanPtr& input, const TableTraits& tables) {
  const Changelog changelog({input}, tables, true);
  return changelog.of(*input).append_only() ? input : std::make_shared<FinalRowsNode>(input);
}

}  // namespace

std::vector<PlanPtr> keep_final_rows(const std::vector<PlanPtr>& roots, const TableTraits& tables) {
  std::vector<PlanPtr> result;
  for (const PlanPtr& root : roots) {
    result.push_back(root->kind() == PlanKind::kSink ? root->with_inputs({final_rows_of(root->input(), tables)})
                                                     : final_rows_of(root, tables));
  }
  return result;
}

}  // namespace tidemill
