// plan/rules/share_subplans.cc - makes one node of equal ones. Rule: what is not deterministic is like nothing else.
#include <map>

#include "plan/rules/rule.h"

namespace tidemill {
namespace {

std::string full_digest(const PlanNode& node) {
  const std::string own = node.digest();
  if (own.empty()) return own;
  std::string text = own;
  for (const Field& field : node.schema()->fields()) {
    text += fmt::format("|{} {} {}", field.name, field.type.to_string(), static_cast<int>(field.time));
  }
  for (const PlanPtr& input : node.inputs()) text += fmt::format("|{}", static_cast<const void*>(input.get()));
  return text;
}

}  // namespace

PlanPtr share_subplans(const PlanPtr& root, const OptimizerContext&) {
  std::map<std::string, PlanPtr> known;
  return rewrite_plan(root, [&](const PlanPtr& node) {
    if (node->kind() == PlanKind::kSink) return node;  // two INSERTs of the same write twice
    const std::string digest = full_digest(*node);
    return digest.empty() ? node : known.emplace(digest, node).first->second;
  });
}

}  // namespace tidemill
