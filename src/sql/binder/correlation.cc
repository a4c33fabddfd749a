// sql/binder/correlation.cc - sub-queries whose WHERE reads columns of the query around them. Rule: what such a
// condition reads of the sub-query's own rows becomes columns of its result, behind those of SELECT.
#include <algorithm>

#include "plan/join.h"
#include "sql/binder/select_binder.h"

namespace tidemill {
BoundSubquery SelectBinder::bind_correlated(const Scope& outer) {
  outer_ = &outer;
  BoundBody body = bind({});
  return {std::move(body.plan), body.visible_columns, std::move(correlated_), counts_};
}

void SelectBinder::expose_correlated() {
  const bool grouped = select_.has_group_by || !calls_->empty() || having_ != nullptr;
  note_count();
  for (ExpressionPtr& condition : correlated_) condition = grouped ? expose_key(condition) : expose_columns(condition);
}

// The rows of each value of the outer query's side are a group of their own.
ExpressionPtr SelectBinder::expose_key(const ExpressionPtr& condition) {
  std::optional<OwnAndOuter> sides = own_and_outer(condition);
  if (!sides || calls_->window()) {
    refuse_unsupported(select_.where->location,
                       "A sub-query with aggregates that reads the query around it in another way than own = outer");
  }
  const ExpressionPtr& own = sides->own;
  const bool known = std::ranges::any_of(keys_, [&](const ExpressionPtr& key) { return *key == *own; });
  if (!known) keys_.push_back(own);
  const int32_t place = expose(own);
  return with_children(condition->as<Call>(), {std::move(sides->outer), make_column(place, own->type())});
}

ExpressionPtr SelectBinder::expose_columns(const ExpressionPtr& condition) {
  if (const auto* column = condition->try_as<ColumnReference>()) {
    return is_outer_column(column->index()) ? condition : make_column(expose(condition), column->type());
  }
  if (condition->children().empty()) return condition;
  std::vector<ExpressionPtr> children;
  for (const ExpressionPtr& child : condition->children()) children.push_back(expose_columns(child));
  return with_children(*condition, std::move(children));
}

int32_t SelectBinder::expose(ExpressionPtr expression) {
  for (size_t i = 0; i < items_.size(); ++i)
    if (*items_[i] == *expression) return static_cast<int32_t>(i);
  add_item(std::move(expression), fmt::format("$c{}", items_.size()));
  return static_cast<int32_t>(items_.size()) - 1;
}

// COUNT of no rows is 0, but a group that has no rows does not exist.
void SelectBinder::note_count() {
  if (select_.has_group_by || visible_ != 1) return;
  const auto is_count = [&](int32_t column) {
    const std::optional<size_t> call = calls_->call_of(column);
    const auto* aggregate = call ? std::get_if<BoundAggregate>(&calls_->calls()[*call].what) : nullptr;
    return aggregate != nullptr && aggregate->function->name() == "COUNT";
  };
  const auto* column = items_[0]->try_as<ColumnReference>();
  if (column != nullptr) {
    counts_ = is_count(column->index());
  } else if (std::ranges::any_of(columns_of(*items_[0]), is_count)) {
    refuse_unsupported(select_.location, "A sub-query whose value is computed from COUNT");
  }
}

}  // namespace tidemill
