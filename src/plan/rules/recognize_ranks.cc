// plan/rules/recognize_ranks.cc - a filter on ROW_NUMBER() becomes the first rows of each partition. Rule: the numbers
// kept have a last one, and no other condition reads the number. So does ORDER BY … LIMIT over input without end.
//
// Source of the forms: Flink, RankUtil.extractRankRange and FlinkLogicalRankRule. Where the partition is one of windows
// (window_start and window_end among its columns), a window's rows come when it ends, and only once.
#include <algorithm>
#include <limits>

#include "plan/calc.h"
#include "plan/over.h"
#include "plan/passes/changelog.h"
#include "plan/passes/row_numbers.h"
#include "plan/passes/window_columns.h"
#include "plan/rank.h"
#include "plan/rules/rule.h"
#include "plan/sort_limit.h"
#include "plan/values.h"
#include "plan/window.h"

namespace tidemill {
namespace {

// Returns the window that the rows of a node have, null where they have none.
const WindowDefinition* window_of(const PlanNode& node) {
  if (const auto* assign = node.try_as<WindowAssignNode>()) return &assign->window();
  if (const auto* aggregate = node.try_as<WindowAggregateNode>()) return &aggregate->window();
  return node.inputs().empty() ? nullptr : window_of(*node.input());  // of a window join, the left side
}

void set_window(RankDefinition& definition, const OverNode& over) {
  const WindowColumns columns = window_columns(*over.input());
  if (!group_by_window(columns, definition.keys)) return;
  const WindowDefinition* window = window_of(*over.input());
  CHECK(window != nullptr);
  if (window->processing_time)
    throw UserError(over.location(), "Top-N of windows over processing time is not supported yet");
  definition.window_end = columns.end;
  definition.window_zoned = window->zoned;
}

// Returns the rows of `over` whose number is in the range, with all its columns.
PlanPtr ranked(const OverNode& over, const RankRange& range) {
  RankDefinition definition;
  definition.keys = over.window().keys;
  definition.order = over.window().order;
  definition.range = range;
  set_window(definition, over);
  const Field& number = over.schema()->field(over.first_call());
  if (!range.is_single()) {
    definition.name = number.name;
    return make_rank(over.input(), std::move(definition), over.location());
  }
  // There is but one number, which no row needs to carry.
  PlanPtr rank = make_rank(over.input(), std::move(definition), over.location());
  std::vector<ExpressionPtr> projections = column_references(*rank->schema());
  projections.push_back(make_literal(Value::big_int(range.start)));
  std::vector<Field> fields = rank->schema()->fields();
  fields.push_back(number);
  return make_project(std::move(rank), std::move(projections), make_schema(std::move(fields)));
}

PlanPtr recognize(const PlanPtr& node, bool batch) {
  const auto* filter = node->try_as<FilterNode>();
  const auto* over = filter != nullptr ? filter->input()->try_as<OverNode>() : nullptr;
  if (over == nullptr || over->calls().size() != 1 || !over->calls()[0].row_number) return node;
  const std::optional<RowNumberCondition> condition = row_number_condition(filter->predicate(), over->first_call());
  if (!condition) return node;
  const RowNumberLimits& all = condition->limits;
  if (all.end == std::numeric_limits<int64_t>::max()) return node;  // all rows must be kept anyway
  if (all.end < 1 && batch) return make_values(node->schema(), {});
  if (all.end < 1)
    throw UserError(over->location(), fmt::format("No row has a ROW_NUMBER() up to {}", all.end),
                    "The first row has number 1.");
  const RankRange range{std::max<int64_t>(all.start, 1), all.end};
  if (range.start > range.end) return make_values(node->schema(), {});
  PlanPtr rank = ranked(*over, range);
  return condition->rest.empty() ? rank : make_filter(std::move(rank), make_and(condition->rest));
}

// ORDER BY … LIMIT over input that never ends shows the first rows so far. LIMIT alone passes the first rows to come,
// where none of them can be taken back.
PlanPtr recognize_limit(const PlanPtr& node, const TableTraits& tables) {
  const auto* sort = node->try_as<SortLimitNode>();
  if (sort == nullptr || sort->limit().value_or(0) < 1 || has_end(*node, tables)) return node;
  if (sort->keys().empty() && Changelog({node->input()}, tables, false).of(*node->input()).append_only()) return node;
  RankDefinition definition;
  definition.order = sort->keys();
  if (*sort->limit() > std::numeric_limits<int64_t>::max() - sort->offset()) return node;
  definition.range = {sort->offset() + 1, sort->offset() + *sort->limit()};
  return make_rank(node->input(), std::move(definition), sort->location());
}

}  // namespace

PlanPtr recognize_ranks(const PlanPtr& root, const OptimizerContext& context) {
  return rewrite_plan(root, [&](const PlanPtr& node) {
    return recognize_limit(recognize(node, context.batch_where_bounded), *context.tables);
  });
}

}  // namespace tidemill
