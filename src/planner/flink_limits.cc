#include "planner/flink_limits.h"

#include "plan/set_operation.h"

namespace tidemill {
namespace {

std::string_view attribute_text(TimeAttribute attribute) {
  switch (attribute) {
    case TimeAttribute::kNone:
      return "no time attribute";
    case TimeAttribute::kRowtime:
      return "an event time";
    case TimeAttribute::kProctime:
      return "a processing time";
  }
  CHECK(false);
}

// "Union fields with time attributes requires same types": an attribute here, and a plain timestamp, or another one, in
// the same place there.
void check_union(const UnionNode& node, std::vector<UserError>& found) {
  const Schema& first = *node.input(0)->schema();
  for (int32_t column = 0; column < first.size(); ++column) {
    const Field& field = first.field(column);
    for (const PlanPtr& input : node.inputs()) {
      const TimeAttribute other = input->schema()->field(column).time;
      if (other == field.time) continue;
      found.emplace_back(
          fmt::format("Not in Flink: UNION of a column '{}' that is {} in one part, and {} in another", field.name,
                      attribute_text(field.time), attribute_text(other)),
          "Make it plain where it is a time attribute: CAST(… AS TIMESTAMP(3)), or TIMESTAMP_LTZ(3) where it is one.");
      break;
    }
  }
}

}  // namespace

std::vector<UserError> flink_limits(const PlannedJob& job) {
  std::vector<UserError> found;
  if (job.batch) return found;  // there time attributes are plain timestamps
  visit_plan(job.optimized, [&](const PlanNode& node) {
    if (const auto* unions = node.try_as<UnionNode>()) check_union(*unions, found);
  });
  return found;
}

}  // namespace tidemill
