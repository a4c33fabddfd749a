// plan/unnest.cc - rows beside the elements of a collection that they hold.
#include "plan/unnest.h"

namespace tidemill {

UnnestNode::UnnestNode(PlanPtr input, int32_t collection, bool keep_empty, bool with_ordinality, SchemaPtr schema)
    : PlanNode(kKind, std::move(schema), {std::move(input)}),
      collection_(collection),
      keep_empty_(keep_empty),
      with_ordinality_(with_ordinality) {}

PlanPtr UnnestNode::with_inputs(std::vector<PlanPtr> inputs) const {
  return std::make_shared<UnnestNode>(inputs.at(0), collection_, keep_empty_, with_ordinality_, schema());
}

std::string UnnestNode::logical_text() const {
  return fmt::format("LogicalCorrelate(unnest=[${}]{}, joinType=[{}])", collection_,
                     with_ordinality_ ? ", withOrdinality=[true]" : "", keep_empty_ ? "left" : "inner");
}

std::string UnnestNode::physical_text() const {
  return fmt::format("Correlate(unnest=[{}]{}, joinType=[{}], select=[{}])", input()->schema()->field(collection_).name,
                     with_ordinality_ ? ", withOrdinality=[true]" : "", keep_empty_ ? "left" : "inner",
                     join_texts(schema()->names()));
}

std::string UnnestNode::digest() const { return fmt::format("{} {}", logical_text(), join_texts(schema()->names())); }

std::vector<Field> element_columns(const Type& collection) {
  const Type& element = collection.part(0);
  if (collection.kind == TypeKind::kMap) return {{"KEY", element}, {"VALUE", collection.part(1)}};
  if (element.kind != TypeKind::kRow) return {{"EXPR$0", element}};
  std::vector<Field> fields;
  for (const NestedField& field : *element.parts) fields.push_back({field.name, field.type});
  return fields;
}

PlanPtr make_unnest(PlanPtr input, int32_t collection, bool keep_empty, bool with_ordinality,
                    const std::vector<std::string>& names) {
  std::vector<Field> elements = element_columns(input->schema()->field(collection).type);
  if (with_ordinality) elements.push_back({"ORDINALITY", Type::integer().not_null()});
  CHECK_EQ(elements.size(), names.size());
  std::vector<Field> fields = input->schema()->fields();
  for (size_t i = 0; i < elements.size(); ++i) {
    const Type& type = elements[i].type;
    fields.push_back({names[i], type.with_nullable(type.nullable || keep_empty)});
  }
  return std::make_shared<UnnestNode>(std::move(input), collection, keep_empty, with_ordinality,
                                      make_schema(std::move(fields)));
}

}  // namespace tidemill
