// plan/changelog_normalize.h - changes by a primary key, of which some come twice or without the row they replace, made
// a changelog of whole rows. Rule: -U of the input is not read; what goes out takes back what went out before.
#pragma once
#include <string>
#include <vector>

#include "plan/plan_node.h"

namespace tidemill {

class ChangelogNormalizeNode : public PlanNode {
 public:
  static constexpr PlanKind kKind = PlanKind::kChangelogNormalize;
  ChangelogNormalizeNode(PlanPtr input, std::vector<int32_t> key);

  const std::vector<int32_t>& key() const { return key_; }

  PlanPtr with_inputs(std::vector<PlanPtr> inputs) const override;
  std::string logical_text() const override;
  std::string physical_text() const override;

 private:
  std::vector<int32_t> key_;
};

}  // namespace tidemill
