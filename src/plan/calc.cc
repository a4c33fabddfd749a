// plan/calc.cc - filter, project, and both in one.
#include "plan/calc.h"

namespace tidemill {

std::string select_text(const std::vector<ExpressionPtr>& projections, const Schema& schema,
                        std::span<const std::string> input_names) {
  std::vector<std::string> items;
  for (size_t i = 0; i < projections.size(); ++i) {
    const std::string& name = schema.field(static_cast<int32_t>(i)).name;
    std::string text = projections[i]->to_string(input_names);
    items.push_back(text == name ? text : fmt::format("{} AS {}", text, name));
  }
  return join_texts(items);
}

namespace {

bool all_deterministic(const std::vector<ExpressionPtr>& expressions) {
  for (const ExpressionPtr& expression : expressions) {
    if (!expression->is_deterministic()) return false;
  }
  return true;
}

}  // namespace

FilterNode::FilterNode(PlanPtr input, ExpressionPtr predicate)
    : PlanNode(kKind, input->schema(), {input}), predicate_(std::move(predicate)) {
  CHECK(predicate_->type().kind == TypeKind::kBoolean);
}

PlanPtr FilterNode::with_inputs(std::vector<PlanPtr> inputs) const { return make_filter(inputs.at(0), predicate_); }

std::string FilterNode::logical_text() const {
  return fmt::format("LogicalFilter(condition=[{}])", predicate_->to_string());
}

std::string FilterNode::physical_text() const {
  const std::vector<std::string> names = input()->schema()->names();
  return fmt::format("Calc(select=[{}], where=[{}])", join_texts(names), predicate_->to_string(names));
}

std::string FilterNode::digest() const { return predicate_->is_deterministic() ? logical_text() : ""; }

ProjectNode::ProjectNode(PlanPtr input, std::vector<ExpressionPtr> projections, SchemaPtr schema)
    : PlanNode(kKind, std::move(schema), {std::move(input)}), projections_(std::move(projections)) {
  CHECK_EQ(static_cast<int32_t>(projections_.size()), this->schema()->size());
}

PlanPtr ProjectNode::with_inputs(std::vector<PlanPtr> inputs) const {
  return make_project(inputs.at(0), projections_, schema());
}

std::string ProjectNode::logical_text() const {
  std::vector<std::string> items;
  for (size_t i = 0; i < projections_.size(); ++i) {
    items.push_back(
        fmt::format("{}=[{}]", schema()->field(static_cast<int32_t>(i)).name, projections_[i]->to_string()));
  }
  return fmt::format("LogicalProject({})", join_texts(items));
}

std::string ProjectNode::physical_text() const {
  return fmt::format("Calc(select=[{}])", select_text(projections_, *schema(), input()->schema()->names()));
}

std::string ProjectNode::digest() const { return all_deterministic(projections_) ? logical_text() : ""; }

CalcNode::CalcNode(PlanPtr input, ExpressionPtr predicate, std::vector<ExpressionPtr> projections, SchemaPtr schema)
    : PlanNode(kKind, std::move(schema), {std::move(input)}),
      predicate_(std::move(predicate)),
      projections_(std::move(projections)) {
  CHECK_EQ(static_cast<int32_t>(projections_.size()), this->schema()->size());
}

PlanPtr CalcNode::with_inputs(std::vector<PlanPtr> inputs) const {
  return std::make_shared<CalcNode>(inputs.at(0), predicate_, projections_, schema());
}

std::string CalcNode::logical_text() const {
  std::vector<std::string> items;
  for (const ExpressionPtr& projection : projections_) items.push_back(projection->to_string());
  const std::string where = predicate_ ? fmt::format(", condition=[{}]", predicate_->to_string()) : "";
  return fmt::format("LogicalCalc(select=[{}]{})", join_texts(items), where);
}

std::string CalcNode::physical_text() const {
  const std::vector<std::string> names = input()->schema()->names();
  const std::string where = predicate_ ? fmt::format(", where=[{}]", predicate_->to_string(names)) : "";
  return fmt::format("Calc(select=[{}]{})", select_text(projections_, *schema(), names), where);
}

std::string CalcNode::digest() const {
  const bool deterministic = all_deterministic(projections_) && (!predicate_ || predicate_->is_deterministic());
  return deterministic ? logical_text() : "";
}

PlanPtr make_filter(PlanPtr input, ExpressionPtr predicate) {
  return std::make_shared<FilterNode>(std::move(input), std::move(predicate));
}

PlanPtr make_project(PlanPtr input, std::vector<ExpressionPtr> projections, std::vector<std::string> names) {
  CHECK_EQ(projections.size(), names.size());
  std::vector<Field> fields;
  for (size_t i = 0; i < projections.size(); ++i) {
    fields.push_back(
        {std::move(names[i]), projections[i]->type(), time_attribute_of(*projections[i], *input->schema())});
  }
  return make_project(std::move(input), std::move(projections), make_schema(std::move(fields)));
}

PlanPtr make_project(PlanPtr input, std::vector<ExpressionPtr> projections, SchemaPtr schema) {
  return std::make_shared<ProjectNode>(std::move(input), std::move(projections), std::move(schema));
}

PlanPtr make_column_project(PlanPtr input, const std::vector<int32_t>& columns) {
  std::vector<ExpressionPtr> projections;
  std::vector<Field> fields;
  for (const int32_t index : columns) {
    fields.push_back(input->schema()->field(index));
    projections.push_back(make_column(index, fields.back().type));
  }
  return make_project(std::move(input), std::move(projections), make_schema(std::move(fields)));
}

TimeAttribute time_attribute_of(const Expression& expression, const Schema& input) {
  if (const auto* column = expression.try_as<ColumnReference>()) return input.field(column->index()).time;
  if (const auto* call = expression.try_as<Call>()) {
    if (call->name() == "PROCTIME") return TimeAttribute::kProctime;
  }
  return TimeAttribute::kNone;
}

std::vector<ExpressionPtr> column_references(const Schema& schema) {
  std::vector<ExpressionPtr> result;
  for (int32_t i = 0; i < schema.size(); ++i) result.push_back(make_column(i, schema.field(i).type));
  return result;
}

bool is_identity(const std::vector<ExpressionPtr>& projections, const Schema& input) {
  if (static_cast<int32_t>(projections.size()) != input.size()) return false;
  for (size_t i = 0; i < projections.size(); ++i) {
    const auto* column = projections[i]->try_as<ColumnReference>();
    if (column == nullptr || column->index() != static_cast<int32_t>(i)) return false;
  }
  return true;
}

}  // namespace tidemill
