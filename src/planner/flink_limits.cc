#include "planner/flink_limits.h"

#include "plan/aggregate.h"
#include "plan/calc.h"
#include "plan/join.h"
#include "plan/set_operation.h"

namespace tidemill {
namespace {

TimeAttribute origin_of(const PlanNode& node, int32_t column);

// Returns the time attribute that all times in `expression` are; a CAST gives none.
TimeAttribute origin_of(const Expression& expression, const PlanNode& input) {
  if (const auto* column = expression.try_as<ColumnReference>()) return origin_of(input, column->index());
  const auto* call = expression.try_as<Call>();
  const bool computed =
      call != nullptr || expression.kind() == ExpressionKind::kCase || expression.kind() == ExpressionKind::kCoalesce;
  if (!computed || !expression.type().is_timestamp()) return TimeAttribute::kNone;
  if (call != nullptr && call->name() == "TIMESTAMPADD") return TimeAttribute::kNone;
  std::optional<TimeAttribute> origin;
  for (const ExpressionPtr& child : expression.children()) {
    if (!child->type().is_timestamp()) continue;
    const auto* literal = child->try_as<Literal>();
    if (literal != nullptr && literal->value().is_null()) continue;
    const TimeAttribute of_child = origin_of(*child, input);
    const bool same = child->type().same_except_nullable(expression.type()) && origin.value_or(of_child) == of_child;
    if (!same) return TimeAttribute::kNone;
    origin = of_child;
  }
  return origin.value_or(TimeAttribute::kNone);
}

// Returns the time attribute that a column is, or is computed of: Flink's validator takes both for one, its planner
// only the first. kNone where it is not known, too.
TimeAttribute origin_of(const PlanNode& node, int32_t column) {
  const Field& field = node.schema()->field(column);
  if (field.time != TimeAttribute::kNone || !field.type.is_timestamp()) return field.time;
  const auto at = static_cast<size_t>(column);
  if (node.try_as<FilterNode>() != nullptr) return origin_of(*node.input(), column);
  if (const auto* project = node.try_as<ProjectNode>()) return origin_of(*project->projections()[at], *node.input());
  if (const auto* calc = node.try_as<CalcNode>()) return origin_of(*calc->projections()[at], *node.input());
  if (const auto* aggregate = node.try_as<AggregateNode>()) {
    if (at < aggregate->keys().size()) return origin_of(*node.input(), aggregate->keys()[at]);
    const ExpressionPtr& argument = aggregate->aggregates()[at - aggregate->keys().size()].argument;
    return argument ? origin_of(*argument, *node.input()) : TimeAttribute::kNone;  // MIN, MAX, FIRST_VALUE …
  }
  if (node.try_as<JoinNode>() != nullptr) {
    const int32_t left = node.input(0)->schema()->size();
    return column < left ? origin_of(*node.input(0), column) : origin_of(*node.input(1), column - left);
  }
  return TimeAttribute::kNone;
}

// "Union fields with time attributes requires same types": a time attribute in one part, and what is computed of one,
// or has lost it to a join or GROUP BY, in another. Where the first part is a plain time Flink makes all of them plain.
void check_union(const UnionNode& node, std::vector<UserError>& found) {
  for (int32_t column = 0; column < node.schema()->size(); ++column) {
    if (origin_of(*node.input(), column) == TimeAttribute::kNone) continue;
    TimeAttribute attribute = TimeAttribute::kNone;
    TimeAttribute computed = TimeAttribute::kNone;
    for (const PlanPtr& input : node.inputs()) {
      const TimeAttribute time = input->schema()->field(column).time;
      const TimeAttribute origin = origin_of(*input, column);
      if (time != TimeAttribute::kNone) attribute = origin;
      if (time == TimeAttribute::kNone && origin != TimeAttribute::kNone) computed = origin;
    }
    if (attribute == TimeAttribute::kNone || attribute != computed) continue;
    const Field& field = node.schema()->field(column);
    found.emplace_back(
        fmt::format("Not in Flink: UNION of a column '{}' that is a time attribute in one part, and computed of one, "
                    "joined or grouped in another",
                    field.name),
        fmt::format("Make it plain where it is a time attribute: CAST(… AS {}).",
                    field.type.with_nullable(true).to_string()));
  }
}

}  // namespace

std::vector<UserError> flink_limits(const PlannedJob& job) {
  std::vector<UserError> found;
  if (job.batch) return found;  // there time attributes are plain times
  visit_plan(job.optimized, [&](const PlanNode& node) {
    if (const auto* unions = node.try_as<UnionNode>()) check_union(*unions, found);
  });
  return found;
}

}  // namespace tidemill
