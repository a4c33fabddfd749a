// plan/plan_node.cc - walking plans, and what plan texts share.
#include "plan/plan_node.h"

#include <unordered_set>

namespace tidemill {
namespace {

class Visitor {
 public:
  explicit Visitor(const std::function<void(const PlanNode&)>& visit) : visit_(visit) {}

  void walk(const PlanNode& node) {
    if (!seen_.insert(&node).second) return;
    for (const PlanPtr& input : node.inputs()) walk(*input);
    visit_(node);
  }

 private:
  const std::function<void(const PlanNode&)>& visit_;
  std::unordered_set<const PlanNode*> seen_;
};

}  // namespace

void visit_plan(const std::vector<PlanPtr>& roots, const std::function<void(const PlanNode&)>& visit) {
  Visitor visitor(visit);
  for (const PlanPtr& root : roots) visitor.walk(*root);
}

void visit_plan(const PlanNode& root, const std::function<void(const PlanNode&)>& visit) { Visitor(visit).walk(root); }

std::string join_texts(const std::vector<std::string>& items) {
  std::string result;
  for (const std::string& item : items) {
    if (!result.empty()) result += ", ";
    result += item;
  }
  return result;
}

}  // namespace tidemill
