// plan/over.cc - aggregates over a frame of rows around each row.
#include "plan/over.h"

#include "expr/lag.h"
#include "plan/aggregate.h"
#include "plan/sort_limit.h"

namespace tidemill {
namespace {

std::string frame_text(const OverFrame& frame) {
  const std::string start = frame.preceding ? fmt::format("{}", *frame.preceding) : "UNBOUNDED";
  return fmt::format("{} BETWEEN {} PRECEDING AND CURRENT ROW", frame.rows ? "ROWS" : "RANGE", start);
}

std::string call_text(const OverCall& call, const std::vector<std::string>& names) {
  if (call.row_number) return "ROW_NUMBER()";
  const LagFunction* lag = as_lag(*call.aggregate.function);
  if (lag == nullptr) return aggregate_text(call.aggregate, names);
  return fmt::format("LAG({}, {}{})", call.aggregate.argument->to_string(names), lag->offset(),
                     lag->otherwise().is_null() ? "" : ", " + Literal(lag->otherwise()).to_string(names));
}

}  // namespace

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

void check_over(const OverNode& node, bool batch) {
  const std::vector<SortKey>& order = node.window().order;
  const bool by_time = order.size() == 1 && !order[0].descending &&
                       node.input()->schema()->field(order[0].column).time != TimeAttribute::kNone;
  if (by_time) return;
  if (batch)
    throw UserError(node.location(),
                    "OVER in batch mode by anything but an ascending time attribute is not supported yet");
  const bool ranks = node.calls().size() == 1 && node.calls()[0].row_number;
  const std::string hint = ranks ? "The first rows of each partition: keep the row numbers up to one, in WHERE of an "
                                   "outer query or in QUALIFY (row_num <= 3)."
                                 : "ORDER BY the column that WATERMARK FOR names, or one computed by PROCTIME().";
  if (order.size() != 1) {
    throw UserError(node.location(), "OVER needs ORDER BY of exactly one column here, a time attribute", hint);
  }
  const Field& time = node.input()->schema()->field(order[0].column);
  if (time.time == TimeAttribute::kNone) {
    throw UserError(node.location(),
                    fmt::format("OVER over a stream must be ordered by a time attribute, and {} is none", time.name),
                    hint);
  }
  throw UserError(node.location(), "OVER over a stream can be ordered only ascending: rows come in the order of time",
                  hint);
}

}  // namespace tidemill
