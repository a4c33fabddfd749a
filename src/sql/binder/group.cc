// sql/binder/group.cc - GROUP BY and HAVING to an aggregate. Rule: above it only keys and calls are left.
#include <algorithm>
#include <set>

#include "plan/aggregate.h"
#include "plan/calc.h"
#include "plan/window.h"
#include "sql/binder/aggregate_input.h"
#include "sql/binder/select_binder.h"

namespace tidemill {
namespace {

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return result;
}

// Puts keys and calls in place of what they compute. Rule: no column of FROM is left.
class GroupedExpressions {
 public:
  GroupedExpressions(const std::vector<ExpressionPtr>& keys, const std::vector<int32_t>& key_columns,
                     const AggregateCalls& calls, const std::vector<int32_t>& call_columns, const Scope& scope,
                     const std::map<int32_t, SourceLocation>& locations, SourceLocation select)
      : keys_(keys),
        key_columns_(key_columns),
        calls_(calls),
        call_columns_(call_columns),
        scope_(scope),
        locations_(locations),
        select_(select) {}

  ExpressionPtr rewrite(const ExpressionPtr& expression) const {
    for (size_t i = 0; i < keys_.size(); ++i) {
      if (*keys_[i] == *expression) return make_column(key_columns_[i], expression->type());
    }
    if (const auto* column = expression->try_as<ColumnReference>()) {
      if (is_subquery_column(column->index())) return expression;
      if (OverCalls::call_of(column->index())) return expression;
      const std::optional<size_t> call = calls_.call_of(column->index());
      if (call) return make_column(call_columns_[*call], column->type());
      refuse(column->index());
    }
    if (expression->children().empty()) return expression;
    std::vector<ExpressionPtr> children;
    for (const ExpressionPtr& child : expression->children()) children.push_back(rewrite(child));
    return with_children(*expression, std::move(children));
  }

 private:
  [[noreturn]] void refuse(int32_t column) const {
    const auto known = locations_.find(column);
    throw UserError(known != locations_.end() ? known->second : select_,
                    fmt::format("Column is neither grouped by nor in an aggregate: {}",
                                scope_.names()[static_cast<size_t>(column)]),
                    "Add it to GROUP BY, or take one value of each group: MAX(…), MIN(…).");
  }

  const std::vector<ExpressionPtr>& keys_;
  const std::vector<int32_t>& key_columns_;
  const AggregateCalls& calls_;
  const std::vector<int32_t>& call_columns_;
  const Scope& scope_;
  const std::map<int32_t, SourceLocation>& locations_;
  SourceLocation select_;
};

}  // namespace

void SelectBinder::bind_group_by() {
  grouped_ = select_.has_group_by;
  for (const ast::GroupingElement& element : select_.group_by) bind_group_element(element);
}

void SelectBinder::bind_group_element(const ast::GroupingElement& element) {
  switch (element.kind) {
    case ast::GroupingKind::kExpressions:
      break;
    case ast::GroupingKind::kRollup:
      refuse_unsupported(element.location, "ROLLUP");
    case ast::GroupingKind::kCube:
      refuse_unsupported(element.location, "CUBE");
    case ast::GroupingKind::kGroupingSets:
      refuse_unsupported(element.location, "GROUPING SETS");
  }
  ExpressionBinder binder(context_, scope_, "GROUP BY");
  for (const ast::ExpressionPtr& written : element.expressions) {
    const auto* call = written->try_as<ast::FunctionCall>();
    const std::optional<WindowKind> kind = call ? window_kind(upper(call->name.last().name)) : std::nullopt;
    if (kind) {
      if (calls_->window()) refuse_unsupported(written->location, "GROUP BY with two windows");
      calls_->set_window(bind_group_window(*call, *kind, scope_, context_));
      continue;
    }
    ExpressionPtr key = binder.bind(*written);
    const bool known = std::ranges::any_of(keys_, [&](const ExpressionPtr& other) { return *other == *key; });
    if (!known) keys_.push_back(std::move(key));
  }
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
    plan_ = make_window_aggregate(input.project(std::move(plan_)), calls_->window()->window, time_column,
                                  std::move(keys), std::move(aggregates), std::move(properties), names);
  } else {
    plan_ = make_aggregate(input.project(std::move(plan_)), std::move(keys), std::move(aggregates), names);
  }
  const GroupedExpressions grouped(keys_, key_columns, *calls_, call_columns, scope_, binder_->first_uses(),
                                   select_.location);
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
