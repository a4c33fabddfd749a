#include "planner/normalize_sources.h"

#include "base/config_options.h"
#include "base/error.h"
#include "plan/changelog_normalize.h"
#include "plan/passes/keys.h"
#include "plan/rules/rule.h"
#include "plan/scan.h"
#include "plan/statement_set.h"

namespace tidemill {

std::vector<PlanPtr> normalize_sources(const std::vector<PlanPtr>& roots, const TableTraits& tables,
                                       const Config& config) {
  const bool duplicates = config.get(kCdcEventsDuplicate);
  const auto change = [&](const PlanPtr& node) -> PlanPtr {
    const auto* scan = node->try_as<ScanNode>();
    if (scan == nullptr) return node;
    const SourceTraits source = tables.source(*scan);
    if (source.append_only || (!source.upserts && !duplicates)) return node;
    const std::vector<std::vector<int32_t>> keys = unique_keys(*scan);
    if (keys.empty()) {
      throw UserError(
          fmt::format("Configuration 'table.exec.source.cdc-events-duplicate' is enabled which requires the changelog "
                      "sources to define a PRIMARY KEY. However, table '{}' doesn't have a primary key",
                      scan->table()->name.name),
          "Declare PRIMARY KEY (…) NOT ENFORCED, or RESET 'table.exec.source.cdc-events-duplicate'.");
    }
    return std::make_shared<ChangelogNormalizeNode>(node, keys.front());
  };
  return rewrite_plan(std::make_shared<StatementSetNode>(roots), change)->inputs();
}

}  // namespace tidemill
