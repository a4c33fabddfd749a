// sql/binder/group.cc - GROUP BY and HAVING to an aggregate. Rule: above it only keys and calls are left.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "plan/aggregate.h"
#include "plan/calc.h"
#include "plan/set_operation.h"
#include "plan/window.h"
#include "sql/binder/aggregate_input.h"
#include "sql/binder/grouped_expressions.h"
#include "sql/binder/select_binder.h"
#include "sql/binder/window_emit.h"
#include "sql/keyword.h"

namespace tidemill {

void SelectBinder::bind_group_by() {
  grouped_ = select_.has_group_by;
  grouping_sets_ =
      grouping_sets(select_.group_by, [this](const ast::GroupingElement& element) { return bind_group_keys(element); });
  if (!select_.group_by_distinct) return;
  std::set<GroupingSet> seen;
  std::erase_if(grouping_sets_, [&](const GroupingSet& set) { return !seen.insert(set).second; });
}

GroupingSet SelectBinder::bind_group_keys(const ast::GroupingElement& element) {
  GroupingSet set;
  ExpressionBinder binder(context_, scope_, "GROUP BY");
  for (const ast::ExpressionPtr& written : element.expressions) {
    const auto* call = written->try_as<ast::FunctionCall>();
    const std::optional<WindowKind> kind = call ? window_kind(upper_case(call->name.last().name)) : std::nullopt;
    if (kind) {
      if (calls_->window()) refuse_unsupported(written->location, "GROUP BY with two windows");
      calls_->set_window(bind_group_window(*call, *kind, scope_, context_));
      continue;
    }
    const ExpressionPtr key = binder.bind(*written);
    const auto known = std::ranges::find_if(keys_, [&](const ExpressionPtr& other) { return *other == *key; });
    set.push_back(static_cast<size_t>(known - keys_.begin()));
    if (known == keys_.end()) keys_.push_back(key);
  }
  return set;
}

// Each set is an aggregate of its own over the same rows; their results are one table.
void SelectBinder::build_grouping_sets() {
  if (!overs_->empty()) refuse_unsupported(select_.location, "OVER in a SELECT with several grouping sets");
  if (!correlated_.empty()) refuse_unsupported(select_.location, "A correlated sub-query with several grouping sets");
  const PlanPtr input = std::exchange(plan_, nullptr);
  const std::vector<ExpressionPtr> all_keys = std::exchange(keys_, {});
  const std::vector<ExpressionPtr> items = items_;
  const ExpressionPtr having = having_;
  std::vector<PlanPtr> results;
  std::map<GroupingSet, int64_t> sets;
  for (const GroupingSet& set : grouping_sets_) {
    group_id_ = sets[set]++;
    keys_.clear();
    absent_keys_.clear();
    for (size_t key = 0; key < all_keys.size(); ++key)
      (std::ranges::binary_search(set, key) ? keys_ : absent_keys_).push_back(all_keys[key]);
    // As in Flink, no rows give no group here, in batch mode too.
    if (keys_.empty()) keys_.push_back(make_literal(Value::integer(0)));
    plan_ = input;
    items_ = items;
    having_ = having;
    build_groups();
    results.push_back(make_project(std::move(plan_), std::move(items_), names_));
  }
  plan_ = make_union(std::move(results));
  items_ = column_references(*plan_->schema());
}

// A call that is an item of SELECT has that item's name; others are numbered.
std::vector<std::string> SelectBinder::call_names() const {
  std::vector<std::string> names(calls_->calls().size());
  for (size_t i = 0; i < items_.size(); ++i) {
    const auto* column = items_[i]->try_as<ColumnReference>();
    if (column == nullptr || OverCalls::call_of(column->index())) continue;
    const std::optional<size_t> call = calls_->call_of(column->index());
    if (call && names[*call].empty()) names[*call] = names_[i];
  }
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty()) names[i] = fmt::format("$f{}", keys_.size() + i);
  }
  return names;
}

void SelectBinder::build_groups() {
  AggregateInput input(scope_.names());
  std::vector<int32_t> keys;
  std::vector<int32_t> key_columns;
  for (const ExpressionPtr& key : keys_) {
    keys.push_back(input.add(key));
    key_columns.push_back(static_cast<int32_t>(keys.size()) - 1);
  }
  // Window properties stand behind all aggregates, whatever the order they were named in.
  const std::vector<std::string> all_names = call_names();
  std::vector<AggregateSpec> aggregates;
  std::vector<WindowProperty> properties;
  std::vector<std::string> names;
  std::vector<int32_t> call_columns(all_names.size());
  std::set<std::string> texts;
  for (size_t i = 0; i < all_names.size(); ++i) {
    const auto* aggregate = std::get_if<BoundAggregate>(&calls_->calls()[i].what);
    if (aggregate == nullptr) continue;
    call_columns[i] = static_cast<int32_t>(keys.size() + aggregates.size());
    aggregates.push_back(input.make_spec(*aggregate, texts));
    names.push_back(all_names[i]);
  }
  for (size_t i = 0; i < all_names.size(); ++i) {
    const auto* property = std::get_if<WindowProperty>(&calls_->calls()[i].what);
    if (property == nullptr) continue;
    call_columns[i] = static_cast<int32_t>(keys.size() + aggregates.size() + properties.size());
    properties.push_back(*property);
    names.push_back(all_names[i]);
  }
  if (calls_->window()) {
    const int32_t time = calls_->window()->time_column;
    const int32_t time_column = input.add(make_column(time, scope_.schema()->field(time).type));
    const WindowDefinition& window = calls_->window()->window;
    const WindowEmit emit = bind_window_emit(window, context_.config, select_.location);
    plan_ = make_window_aggregate(input.project(std::move(plan_)), window, time_column, std::move(keys),
                                  std::move(aggregates), std::move(properties), names, emit);
  } else {
    plan_ = make_aggregate(input.project(std::move(plan_)), std::move(keys), std::move(aggregates), names,
                           from_.state_ttl_ms);
  }
  const GroupedExpressions grouped(BoundGroups{keys_, key_columns, absent_keys_, *calls_, call_columns, groupings_,
                                               group_id_, scope_, binder_->first_uses(), select_.location});
  const auto outer = [&](const ExpressionPtr& column) { return grouped.rewrite(column); };
  if (having_ != nullptr) {
    having_ = grouped.rewrite(having_);
    plan_ = subqueries_.place(std::move(plan_), {&having_}, outer);
    plan_ = make_filter(std::move(plan_), having_);
  }
  for (ExpressionPtr& item : items_) item = grouped.rewrite(item);
  if (qualify_ != nullptr) qualify_ = grouped.rewrite(qualify_);
  plan_ = subqueries_.place(std::move(plan_), item_places(), outer);
  for (BoundOver& over : overs_->calls()) {
    for (ExpressionPtr& key : over.keys) key = grouped.rewrite(key);
    for (BoundOver::Order& order : over.order) order.expression = grouped.rewrite(order.expression);
    if (over.aggregate.argument) over.aggregate.argument = grouped.rewrite(over.aggregate.argument);
    if (over.aggregate.filter) over.aggregate.filter = grouped.rewrite(over.aggregate.filter);
  }
}

}  // namespace tidemill
