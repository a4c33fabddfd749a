// plan/set_operation.cc - UNION ALL.
#include "plan/set_operation.h"

namespace tidemill {

UnionNode::UnionNode(std::vector<PlanPtr> inputs, SchemaPtr schema)
    : PlanNode(kKind, std::move(schema), std::move(inputs)) {}

PlanPtr UnionNode::with_inputs(std::vector<PlanPtr> inputs) const {
  CHECK_EQ(inputs.size(), this->inputs().size());
  return std::make_shared<UnionNode>(std::move(inputs), schema());
}

std::string UnionNode::logical_text() const { return "LogicalUnion(all=[true])"; }

std::string UnionNode::physical_text() const {
  return fmt::format("Union(all=[true], union=[{}])", join_texts(schema()->names()));
}

PlanPtr make_union(std::vector<PlanPtr> inputs) {
  CHECK(!inputs.empty());
  std::vector<Field> fields = inputs.front()->schema()->fields();
  for (const PlanPtr& input : inputs) {
    CHECK_EQ(static_cast<size_t>(input->schema()->size()), fields.size());
    for (size_t i = 0; i < fields.size(); ++i) {
      const Field& other = input->schema()->field(static_cast<int32_t>(i));
      CHECK(fields[i].type.same_except_nullable(other.type));
      if (other.type.nullable) fields[i].type.nullable = true;
      if (other.time != fields[i].time) fields[i].time = TimeAttribute::kNone;
    }
  }
  return std::make_shared<UnionNode>(std::move(inputs), make_schema(std::move(fields)));
}

}  // namespace tidemill
