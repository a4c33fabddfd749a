// plan/changelog_function.cc - changes as rows of a table, and back.
#include "plan/changelog_function.h"

namespace tidemill {
namespace {

std::string codes_text(const ChangeCodes& codes) {
  std::vector<std::string> texts;
  for (const ChangeCode& code : codes) texts.push_back(fmt::format("{}={}", change_name(code.kind), code.code));
  return join_texts(texts);
}

}  // namespace

ToChangelogNode::ToChangelogNode(PlanPtr input, ChangeCodes codes, SchemaPtr schema)
    : PlanNode(kKind, std::move(schema), {std::move(input)}), codes_(std::move(codes)) {}

PlanPtr ToChangelogNode::with_inputs(std::vector<PlanPtr> inputs) const {
  return std::make_shared<ToChangelogNode>(inputs.at(0), codes_, schema());
}

std::string ToChangelogNode::physical_text() const {
  return fmt::format("ToChangelog(op=[{}], codes=[{}], select=[{}])", schema()->field(0).name, codes_text(codes_),
                     join_texts(schema()->names()));
}

FromChangelogNode::FromChangelogNode(PlanPtr input, int32_t op_column, ChangeCodes codes, SchemaPtr schema,
                                     SourceLocation location)
    : PlanNode(kKind, std::move(schema), {std::move(input)}),
      op_column_(op_column),
      codes_(std::move(codes)),
      location_(location) {}

PlanPtr FromChangelogNode::with_inputs(std::vector<PlanPtr> inputs) const {
  return std::make_shared<FromChangelogNode>(inputs.at(0), op_column_, codes_, schema(), location_);
}

std::string FromChangelogNode::physical_text() const {
  return fmt::format("FromChangelog(op=[{}], codes=[{}], select=[{}])", input()->schema()->field(op_column_).name,
                     codes_text(codes_), join_texts(schema()->names()));
}

PlanPtr make_to_changelog(PlanPtr input, const std::string& op_name, ChangeCodes codes) {
  std::vector<Field> fields = {{op_name, Type::string()}};
  for (const Field& field : input->schema()->fields()) fields.push_back(field);
  return std::make_shared<ToChangelogNode>(std::move(input), std::move(codes), make_schema(std::move(fields)));
}

PlanPtr make_from_changelog(PlanPtr input, int32_t op_column, ChangeCodes codes, SourceLocation location) {
  std::vector<Field> fields = input->schema()->fields();
  fields.erase(fields.begin() + op_column);
  return std::make_shared<FromChangelogNode>(std::move(input), op_column, std::move(codes),
                                             make_schema(std::move(fields)), location);
}

}  // namespace tidemill
