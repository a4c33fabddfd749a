// plan/over.cc - aggregates over a frame of rows around each row.
#include "plan/over.h"

#include <algorithm>

#include "expr/lag.h"
#include "expr/row_position.h"
#include "plan/aggregate.h"
#include "plan/sort_limit.h"

namespace tidemill {
namespace {

std::string bound_text(const FrameBound& bound, bool is_start) {
  switch (bound.kind) {
    case FrameBound::Kind::kUnbounded:
      return is_start ? "UNBOUNDED PRECEDING" : "UNBOUNDED FOLLOWING";
    case FrameBound::Kind::kCurrentRow:
      return "CURRENT ROW";
    case FrameBound::Kind::kOffset:
      break;
  }
  const std::string_view side = bound.offset > 0 ? "FOLLOWING" : "PRECEDING";
  if (!bound.text.empty()) return fmt::format("{} {}", bound.text, side);
  return fmt::format("{} {}", bound.offset > 0 ? bound.offset : -bound.offset, side);
}

std::string lag_text(const OverCall& call, const LagFunction& lag, const std::vector<std::string>& names) {
  const bool leads = lag.offset() < 0;
  return fmt::format("{}({}, {}{})", leads ? "LEAD" : "LAG", call.aggregate.argument->to_string(names),
                     leads ? -lag.offset() : lag.offset(),
                     lag.otherwise().is_null() ? "" : ", " + Literal(lag.otherwise()).to_string(names));
}

std::string call_text(const OverCall& call, const std::vector<std::string>& names) {
  if (call.row_number) return "ROW_NUMBER()";
  if (const PositionFunction* position = as_position(*call.aggregate.function)) {
    const std::string_view name = position_name(position->position());
    return position->buckets() > 0 ? fmt::format("{}({})", name, position->buckets()) : fmt::format("{}()", name);
  }
  const LagFunction* lag = as_lag(*call.aggregate.function);
  return lag != nullptr ? lag_text(call, *lag, names) : aggregate_text(call.aggregate, names);
}

// True where the function's result is known once all rows of its time and those before have come.
bool looks_back(const OverCall& call) {
  if (const PositionFunction* position = as_position(*call.aggregate.function)) return position->adds_by_time();
  const LagFunction* lag = as_lag(*call.aggregate.function);
  return lag == nullptr || lag->offset() >= 0;
}

TimeAttribute order_time(const OverNode& node) {
  const std::vector<SortKey>& order = node.window().order;
  if (order.size() != 1) return TimeAttribute::kNone;
  return node.input()->schema()->field(order[0].column).time;
}

}  // namespace

std::string frame_text(const WindowFrame& frame) {
  return fmt::format("{} BETWEEN {} AND {}", frame.rows ? "ROWS" : "RANGE", bound_text(frame.start, true),
                     bound_text(frame.end, false));
}

OverNode::OverNode(PlanPtr input, OverWindow window, std::vector<OverCall> calls, SchemaPtr schema,
                   SourceLocation location)
    : PlanNode(kKind, std::move(schema), {std::move(input)}),
      window_(std::move(window)),
      calls_(std::move(calls)),
      location_(location) {
  CHECK_EQ(first_call() + static_cast<int32_t>(calls_.size()), this->schema()->size());
}

std::vector<AggregateSpec> OverNode::aggregates() const {
  std::vector<AggregateSpec> aggregates;
  for (const OverCall& call : calls_) aggregates.push_back(call.aggregate);
  return aggregates;
}

PlanPtr OverNode::with_inputs(std::vector<PlanPtr> inputs) const {
  return std::make_shared<OverNode>(inputs.at(0), window_, calls_, schema(), location_);
}

std::string OverNode::text(std::string_view name, const std::vector<std::string>& names) const {
  std::vector<std::string> keys;
  for (const int32_t key : window_.keys) keys.push_back(names[static_cast<size_t>(key)]);
  std::vector<std::string> items;
  if (!keys.empty()) items.push_back(fmt::format("partitionBy=[{}]", join_texts(keys)));
  if (!window_.order.empty()) items.push_back(fmt::format("orderBy=[{}]", order_text(window_.order, names)));
  items.push_back(fmt::format("window=[{}]", frame_text(window_.frame)));
  std::vector<std::string> select = names;
  for (size_t i = 0; i < calls_.size(); ++i) {
    const Field& field = schema()->field(first_call() + static_cast<int32_t>(i));
    select.push_back(fmt::format("{} AS {}", call_text(calls_[i], names), field.name));
  }
  items.push_back(fmt::format("select=[{}]", join_texts(select)));
  return fmt::format("{}({}{})", name, join_texts(items), row_order_text(aggregates(), names));
}

std::string OverNode::logical_text() const {
  std::vector<std::string> names;
  for (int32_t i = 0; i < first_call(); ++i) names.push_back(fmt::format("${}", i));
  return text("LogicalOver", names);
}

std::string OverNode::physical_text() const { return text("OverAggregate", input()->schema()->names()); }

PlanPtr make_over(PlanPtr input, OverWindow window, std::vector<OverCall> calls, const std::vector<std::string>& names,
                  SourceLocation location) {
  CHECK_EQ(calls.size(), names.size());
  std::vector<Field> fields = input->schema()->fields();
  for (size_t i = 0; i < calls.size(); ++i) fields.push_back({names[i], calls[i].aggregate.function->result_type()});
  return std::make_shared<OverNode>(std::move(input), std::move(window), std::move(calls),
                                    make_schema(std::move(fields)), location);
}

bool over_runs_by_time(const OverNode& node, bool append_only, bool final_only) {
  const TimeAttribute time = order_time(node);
  if (time == TimeAttribute::kNone || node.window().order[0].descending || !append_only) return false;
  if (final_only && time == TimeAttribute::kRowtime) return false;
  return frame_by_time(node.window().frame).has_value() && std::ranges::all_of(node.calls(), looks_back);
}

void check_over(const OverNode& node, bool append_only, bool final_only) {
  const auto proctime = [&](const SortKey& key) {
    return node.input()->schema()->field(key.column).time == TimeAttribute::kProctime;
  };
  if (std::ranges::none_of(node.window().order, proctime) || over_runs_by_time(node, append_only, final_only)) return;
  throw UserError(node.location(),
                  "OVER ordered by processing time takes new rows only, this one column, ascending, and frames and "
                  "functions that look back",
                  "Order by another column: OVER then gives changes (-U, +U) where results change.");
}

}  // namespace tidemill
