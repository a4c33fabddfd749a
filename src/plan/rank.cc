// plan/rank.cc - the first rows of each partition.
#include "plan/rank.h"

#include "plan/passes/window_columns.h"
#include "plan/sort_limit.h"

namespace tidemill {

RankNode::RankNode(PlanPtr input, RankDefinition definition, SchemaPtr schema, SourceLocation location)
    : PlanNode(kKind, std::move(schema), {std::move(input)}), definition_(std::move(definition)), location_(location) {
  CHECK_EQ(this->input()->schema()->size() + (has_number() ? 1 : 0), this->schema()->size());
}

TimeAttribute RankNode::order_time() const {
  if (definition_.order.size() != 1) return TimeAttribute::kNone;
  return input()->schema()->field(definition_.order[0].column).time;
}

RankStrategy RankNode::strategy(bool input_append_only) const {
  const bool first = definition_.range == RankRange{} && !has_number();
  if (by_window()) {
    return first && order_time() == TimeAttribute::kRowtime ? RankStrategy::kWindowDeduplicate : RankStrategy::kWindow;
  }
  if (!input_append_only) return RankStrategy::kRetract;
  return first && order_time() != TimeAttribute::kNone ? RankStrategy::kDeduplicate : RankStrategy::kAppend;
}

PlanPtr RankNode::with_strategy(RankStrategy strategy) const {
  auto node = std::make_shared<RankNode>(*this);
  node->strategy_ = strategy;
  return node;
}

PlanPtr RankNode::with_inputs(std::vector<PlanPtr> inputs) const {
  auto node = std::make_shared<RankNode>(inputs.at(0), definition_, schema(), location_);
  node->strategy_ = strategy_;
  return node;
}

std::string RankNode::keys_text(const std::vector<std::string>& names) const {
  std::vector<std::string> keys;
  for (const int32_t key : definition_.keys) keys.push_back(names[static_cast<size_t>(key)]);
  return join_texts(keys);
}

std::string RankNode::range_text() const {
  return fmt::format("rankType=[ROW_NUMBER], rankRange=[rankStart={}, rankEnd={}]", definition_.range.start,
                     definition_.range.end);
}

std::string RankNode::logical_text() const {
  std::vector<std::string> names;
  for (int32_t i = 0; i < input()->schema()->size(); ++i) names.push_back(fmt::format("${}", i));
  return fmt::format("LogicalRank({}, partitionBy=[{}], orderBy=[{}]{})", range_text(), keys_text(names),
                     order_text(definition_.order, names), has_number() ? ", rowNumber" : "");
}

std::string RankNode::deduplicate_text() const {
  const std::vector<std::string> names = input()->schema()->names();
  const SortKey& order = definition_.order[0];
  const std::string_view keep = order.descending ? "LastRow" : "FirstRow";
  const std::string_view time = order_time() == TimeAttribute::kRowtime ? "ROWTIME" : "PROCTIME";
  if (by_window()) {
    return fmt::format(
        "WindowDeduplicate(window=[win_end=[{}]], keep=[{}], partitionKeys=[{}], orderKey=[{}], order=[{}])",
        names[static_cast<size_t>(definition_.window_end)], keep, keys_text(names),
        names[static_cast<size_t>(order.column)], time);
  }
  return fmt::format("Deduplicate(keep=[{}], key=[{}], order=[{}], outputInsertOnly=[{}])", keep, keys_text(names),
                     time, !order.descending);
}

std::string RankNode::physical_text() const {
  const RankStrategy strategy = strategy_.value_or(this->strategy(true));
  if (strategy == RankStrategy::kDeduplicate || strategy == RankStrategy::kWindowDeduplicate) return deduplicate_text();
  const std::vector<std::string> names = input()->schema()->names();
  const std::string rest =
      fmt::format("{}, partitionBy=[{}], orderBy=[{}], select=[{}]", range_text(), keys_text(names),
                  order_text(definition_.order, names), join_texts(schema()->names()));
  if (by_window())
    return fmt::format("WindowRank(window=[win_end=[{}]], {})", names[static_cast<size_t>(definition_.window_end)],
                       rest);
  return fmt::format("Rank(strategy=[{}], {})",
                     strategy == RankStrategy::kRetract ? "RetractStrategy" : "AppendFastStrategy", rest);
}

PlanPtr make_rank(PlanPtr input, RankDefinition definition, SourceLocation location) {
  std::vector<Field> fields = input->schema()->fields();
  if (definition.window_end >= 0) {  // at the window's end only window_time is not behind the watermark
    const int32_t time = window_columns(*input).time;
    for (int32_t i = 0; i < input->schema()->size(); ++i)
      if (i != time) fields[static_cast<size_t>(i)].time = TimeAttribute::kNone;
  }
  if (definition.name) fields.push_back({*definition.name, Type::big_int().not_null()});
  return std::make_shared<RankNode>(std::move(input), std::move(definition), make_schema(std::move(fields)), location);
}

}  // namespace tidemill
