#include "planner/mini_batch.h"

#include "base/config_options.h"
#include "base/error.h"
#include "plan/aggregate.h"
#include "plan/rules/rule.h"
#include "plan/statement_set.h"

namespace tidemill {

// Source: Flink 2.3 asks for a latency and a size where something would gather rows (as run; the latter in
// AggregateUtil.createMiniBatchTrigger).
std::vector<PlanPtr> apply_mini_batch(const std::vector<PlanPtr>& roots, const Config& config) {
  if (!config.get(kMiniBatchEnabled)) return roots;
  const MiniBatch mini_batch{config.get(kMiniBatchLatency), config.get(kMiniBatchSize)};
  const auto change = [&](const PlanPtr& node) {
    const auto* aggregate = node->try_as<AggregateNode>();
    if (aggregate == nullptr) return node;
    if (mini_batch.interval_ms <= 0)
      throw UserError("table.exec.mini-batch.enabled needs a table.exec.mini-batch.allow-latency above 0 ms",
                      "SET 'table.exec.mini-batch.allow-latency' = '1 s': how long changes may be gathered.");
    if (mini_batch.rows <= 0)
      throw UserError(
          fmt::format("table.exec.mini-batch.enabled needs a table.exec.mini-batch.size above 0, not {}",
                      mini_batch.rows),
          "SET 'table.exec.mini-batch.size' = '5000': how many rows an operator may take before it emits changes.");
    return aggregate->with_mini_batch(mini_batch);
  };
  return rewrite_plan(std::make_shared<StatementSetNode>(roots), change)->inputs();
}

}  // namespace tidemill
