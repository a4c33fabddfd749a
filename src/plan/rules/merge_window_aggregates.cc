// plan/rules/merge_window_aggregates.cc - one aggregation of windows for all who aggregate the same windows of the same
// rows. Rule: only where each window gives one result, so that what one of them asks for adds no change to another's.
#include <algorithm>
#include <map>

#include "plan/calc.h"
#include "plan/rules/rule.h"
#include "plan/window.h"

namespace tidemill {
namespace {

bool same(const ExpressionPtr& a, const ExpressionPtr& b) { return a == nullptr || b == nullptr ? a == b : *a == *b; }

bool same(const AggregateSpec& a, const AggregateSpec& b) {
  return same(a.argument, b.argument) && a.distinct == b.distinct && a.filter == b.filter && a.order == b.order &&
         a.rowtime == b.rowtime;
}

bool same_windows(const WindowAggregateNode& a, const WindowAggregateNode& b) {
  return a.input() == b.input() && a.window() == b.window() && a.emit() == b.emit() &&
         a.time_column() == b.time_column() && a.keys() == b.keys();
}

// What several nodes ask for of the same windows.
class Merged {
 public:
  explicit Merged(const WindowAggregateNode& first) : first_(first), aggregates_(first.aggregates()) {
    const auto columns = first.schema()->fields().begin() + static_cast<ptrdiff_t>(first.keys().size());
    const auto properties = columns + static_cast<ptrdiff_t>(aggregates_.size());
    names_.assign(columns, properties);
    for (size_t i = 0; i < first.properties().size(); ++i)
      properties_.emplace(first.properties()[i], properties[static_cast<ptrdiff_t>(i)]);
  }

  // Returns false, and adds nothing, where the node's windows or rows are others.
  bool add(const WindowAggregateNode& node) {
    if (!same_windows(first_, node)) return false;
    for (const AggregateSpec& aggregate : node.aggregates()) {
      const auto known = std::ranges::find(aggregates_, aggregate.text, &AggregateSpec::text);
      if (known != aggregates_.end() && !same(*known, aggregate)) return false;  // two fields of one name in state
    }
    for (size_t i = 0; i < node.aggregates().size(); ++i) {
      if (std::ranges::find(aggregates_, node.aggregates()[i].text, &AggregateSpec::text) != aggregates_.end())
        continue;
      aggregates_.push_back(node.aggregates()[i]);
      names_.push_back(node.schema()->field(static_cast<int32_t>(node.keys().size() + i)));
    }
    for (size_t i = 0; i < node.properties().size(); ++i)
      properties_.emplace(node.properties()[i], node.schema()->field(node.property_column(i)));
    members_.push_back(&node);
    return true;
  }

  const std::vector<const WindowAggregateNode*>& members() const { return members_; }

  // Returns the one node for all.
  PlanPtr node() const {
    std::vector<Field> fields(first_.schema()->fields().begin(),
                              first_.schema()->fields().begin() + static_cast<ptrdiff_t>(first_.keys().size()));
    fields.insert(fields.end(), names_.begin(), names_.end());
    std::vector<WindowProperty> properties;
    for (const auto& [property, field] : properties_) {
      properties.push_back(property);
      fields.push_back(field);
    }
    return std::make_shared<WindowAggregateNode>(first_.input(), first_.window(), first_.time_column(), first_.keys(),
                                                 aggregates_, std::move(properties), make_schema(std::move(fields)),
                                                 first_.emit());
  }

  // Returns what `member` gives, as a projection of node().
  PlanPtr projection(const PlanPtr& node, const WindowAggregateNode& member) const {
    std::vector<int32_t> columns;
    for (size_t i = 0; i < first_.keys().size(); ++i) columns.push_back(static_cast<int32_t>(i));
    for (const AggregateSpec& aggregate : member.aggregates()) {
      const auto found = std::ranges::find(aggregates_, aggregate.text, &AggregateSpec::text);
      columns.push_back(static_cast<int32_t>(first_.keys().size() + static_cast<size_t>(found - aggregates_.begin())));
    }
    for (const WindowProperty property : member.properties())
      columns.push_back(static_cast<int32_t>(first_.keys().size() + aggregates_.size()) +
                        static_cast<int32_t>(std::distance(properties_.begin(), properties_.find(property))));
    std::vector<ExpressionPtr> projections;
    for (const int32_t column : columns) projections.push_back(make_column(column, node->schema()->field(column).type));
    return std::make_shared<CalcNode>(node, nullptr, std::move(projections), member.schema());
  }

 private:
  const WindowAggregateNode& first_;
  std::vector<AggregateSpec> aggregates_;
  std::vector<Field> names_;  // of the aggregates
  std::map<WindowProperty, Field> properties_;
  std::vector<const WindowAggregateNode*> members_;
};

}  // namespace

PlanPtr merge_window_aggregates(const PlanPtr& root, const OptimizerContext&) {
  std::vector<Merged> merged;
  visit_plan(*root, [&](const PlanNode& node) {
    const auto* aggregate = node.try_as<WindowAggregateNode>();
    if (aggregate == nullptr || aggregate->emit().updates()) return;
    if (std::ranges::any_of(merged, [&](Merged& known) { return known.add(*aggregate); })) return;
    merged.emplace_back(*aggregate).add(*aggregate);
  });
  std::map<const PlanNode*, PlanPtr> replaced;
  for (const Merged& windows : merged) {
    if (windows.members().size() < 2) continue;
    const PlanPtr node = windows.node();
    for (const WindowAggregateNode* member : windows.members()) replaced[member] = windows.projection(node, *member);
  }
  return rewrite_plan(root, [&](const PlanPtr& node) {
    const auto found = replaced.find(node.get());
    return found == replaced.end() ? node : found->second;
  });
}

}  // namespace tidemill
