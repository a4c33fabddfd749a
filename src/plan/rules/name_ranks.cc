// plan/rules/name_ranks.cc - says in the plan how the first rows of partitions are found. Rule: last of all, when the
// columns that are read and the kinds of rows are known.
#include <unordered_map>

#include "plan/passes/changelog.h"
#include "plan/rank.h"
#include "plan/rules/rule.h"
#include "plan/scan.h"

namespace tidemill {
namespace {

class KindsBelow {
 public:
  KindsBelow(const PlanPtr& root, const OptimizerContext& context) : tables_(*context.tables) {
    final_only_ = context.batch_where_bounded;
    visit_plan(*root, [&](const PlanNode& node) {
      if (const auto* scan = node.try_as<ScanNode>()) final_only_ = final_only_ && tables_.source(*scan).bounded;
    });
  }

  const RowKinds& of(const PlanPtr& node) {
    const auto known = kinds_.find(node);
    if (known != kinds_.end()) return known->second;
    RowKinds input;
    for (const PlanPtr& below : inputs_of_rows(*node)) input = input | of(below);
    return kinds_[node] = produced_kinds(*node, input, tables_, final_only_);
  }

 private:
  const TableTraits& tables_;
  bool final_only_;
  std::unordered_map<PlanPtr, RowKinds> kinds_;  // keeps the nodes, so that no other one has their address
};

}  // namespace

PlanPtr name_ranks(const PlanPtr& root, const OptimizerContext& context) {
  if (context.tables == nullptr) return root;
  KindsBelow kinds(root, context);
  return rewrite_plan(root, [&](const PlanPtr& node) {
    const auto* rank = node->try_as<RankNode>();
    return rank == nullptr ? node : rank->with_strategy(rank->strategy(kinds.of(node->input()).append_only()));
  });
}

}  // namespace tidemill
