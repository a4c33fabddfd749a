// plan/changelog_normalize.cc - changes by a primary key made a changelog of whole rows.
#include "plan/changelog_normalize.h"

namespace tidemill {

ChangelogNormalizeNode::ChangelogNormalizeNode(PlanPtr input, std::vector<int32_t> key)
    : PlanNode(kKind, input->schema(), {input}), key_(std::move(key)) {}

PlanPtr ChangelogNormalizeNode::with_inputs(std::vector<PlanPtr> inputs) const {
  return std::make_shared<ChangelogNormalizeNode>(inputs.at(0), key_);
}

std::string ChangelogNormalizeNode::logical_text() const {
  return fmt::format("LogicalChangelogNormalize(key=[{}])", fmt::join(key_, ", "));
}

std::string ChangelogNormalizeNode::physical_text() const {
  std::vector<std::string> names;
  for (const int32_t column : key_) names.push_back(schema()->field(column).name);
  return fmt::format("ChangelogNormalize(key=[{}])", join_texts(names));
}

}  // namespace tidemill
