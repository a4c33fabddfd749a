// plan/values.cc - rows known at planning.
#include "plan/values.h"

namespace tidemill {
namespace {

constexpr size_t kRowsShown = 10;  // in EXPLAIN; a script may insert thousands

}  // namespace

ValuesNode::ValuesNode(SchemaPtr schema, std::vector<std::vector<Value>> rows)
    : PlanNode(kKind, std::move(schema), {}), rows_(std::move(rows)) {
  for (const std::vector<Value>& row : rows_) CHECK_EQ(static_cast<int32_t>(row.size()), this->schema()->size());
}

std::string ValuesNode::rows_text(size_t rows_shown) const {
  std::string text;
  for (size_t i = 0; i < rows_.size() && i < rows_shown; ++i) {
    std::vector<std::string> values;
    for (const Value& value : rows_[i]) values.push_back(value.to_string());
    text += fmt::format("{}{{{}}}", i == 0 ? "" : ", ", join_texts(values));
  }
  if (rows_.size() > rows_shown) text += fmt::format(", … {} more", rows_.size() - rows_shown);
  return text;
}

PlanPtr ValuesNode::with_inputs(std::vector<PlanPtr> inputs) const {
  CHECK(inputs.empty());
  return make_values(schema(), rows_);
}

std::string ValuesNode::logical_text() const {
  return fmt::format("LogicalValues(tuples=[[{}]])", rows_text(kRowsShown));
}

std::string ValuesNode::physical_text() const {
  return fmt::format("Values(tuples=[[{}]], fields=[{}])", rows_text(kRowsShown), join_texts(schema()->names()));
}

std::string ValuesNode::digest() const { return fmt::format("values {}", rows_text(rows_.size())); }

PlanPtr make_values(SchemaPtr schema, std::vector<std::vector<Value>> rows) {
  return std::make_shared<ValuesNode>(std::move(schema), std::move(rows));
}

}  // namespace tidemill
