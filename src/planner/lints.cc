// What is legal but likely not meant.
#include "planner/lints.h"

#include <set>

#include "plan/aggregate.h"
#include "plan/calc.h"
#include "plan/join.h"
#include "plan/over.h"
#include "plan/scan.h"
#include "plan/window.h"

namespace tidemill {
namespace {

class Linter {
 public:
  explicit Linter(const PlannedJob& job) : job_(job) {}

  std::vector<std::string> run() {
    visit_plan(job_.optimized, [&](const PlanNode& node) {
      if (const auto* join = node.try_as<JoinNode>()) note_values(*join);
    });
    visit_plan(job_.optimized, [&](const PlanNode& node) {
      if (const auto* aggregate = node.try_as<AggregateNode>()) check_aggregate(*aggregate);
      if (const auto* over = node.try_as<OverNode>()) check_over_order(*over);
    });
    for (std::string& warning : job_.tables->warnings()) warnings_.push_back(std::move(warning));
    return std::move(warnings_);
  }

 private:
  // A sub-query as a value is NULL, or 0, where its aggregate gives no row.
  void note_values(const JoinNode& join) {
    if ((join.type() != JoinType::kLeft && join.type() != JoinType::kInner) || !join.keys().empty()) return;
    const PlanNode* node = join.right().get();
    while (node->kind() == PlanKind::kCalc) node = node->input().get();
    values_.insert(node);
  }

  void check_aggregate(const AggregateNode& node) {
    const bool bounded = job_.changelog->bounded(node);
    if (node.keys().empty() && bounded && !job_.batch && !values_.contains(&node)) {
      warnings_.push_back(
          "An aggregate without GROUP BY gives no row if its input has none; in batch mode it gives one (COUNT = 0).");
    }
    if (node.keys().empty() || bounded) return;
    for (size_t i = 0; i < node.keys().size(); ++i) {
      const std::string& name = node.input()->schema()->field(node.keys()[i]).name;
      if (name != "window_start" && name != "window_end") continue;
      warnings_.push_back(
          fmt::format("GROUP BY {} alone keeps its state for ever and gives updates; group by window_start and "
                      "window_end to get one "
                      "final row a window.",
                      name));
      return;
    }
  }

  // Rows in the order of a time that has no watermark are kept for ever.
  void check_over_order(const OverNode& node) {
    const std::vector<SortKey>& order = node.window().order;
    if (order.size() != 1 || order[0].descending || job_.changelog->bounded(node)) return;
    const Field& column = node.input()->schema()->field(order[0].column);
    const bool is_moment = column.type.kind == TypeKind::kTimestamp || column.type.kind == TypeKind::kTimestampLtz;
    if (!is_moment || column.time != TimeAttribute::kNone || !job_.changelog->of(*node.input()).append_only()) return;
    warnings_.push_back(fmt::format(
        "OVER ordered by {} keeps all rows for ever and gives updates, as no WATERMARK is declared for it; with one "
        "each row comes once.",
        column.name));
  }

  const PlannedJob& job_;
  std::set<const PlanNode*> values_;  // aggregates that are sub-queries as values
  std::vector<std::string> warnings_;
};

}  // namespace

std::vector<std::string> lint(const PlannedJob& job) { return Linter(job).run(); }

}  // namespace tidemill
