// sql/binder/select.cc - SELECT lists to projections. Rule: ORDER BY sees aliases first, then the columns of FROM.
#include <numeric>

#include "plan/aggregate.h"
#include "plan/calc.h"
#include "plan/values.h"
#include "sql/binder/select_binder.h"

namespace tidemill {

SelectBinder::SelectBinder(QueryBinder& queries, const ast::Select& select)
    : queries_(queries), select_(select), context_(queries.context()) {}

BoundBody SelectBinder::bind(const std::vector<ast::OrderItem>& order_by) {
  refuse_unsupported_clauses();
  bind_from();
  bind_where();
  calls_ = std::make_unique<AggregateCalls>(scope_.schema()->size());
  bind_group_by();
  binder_ = std::make_unique<ExpressionBinder>(context_, scope_, "SELECT");
  binder_->allow_aggregates(calls_.get());
  overs_ = std::make_unique<OverCalls>(select_.windows);
  binder_->allow_overs(overs_.get());
  bind_items();
  if (select_.having) {
    binder_->set_clause("HAVING");
    binder_->allow_overs(nullptr);
    having_ = binder_->bind_condition(*select_.having);
    binder_->allow_overs(overs_.get());
  }
  binder_->set_aliases(aliases());
  if (select_.qualify) {
    binder_->set_clause("QUALIFY");
    qualify_ = binder_->bind_condition(*select_.qualify);
  }
  bind_order(order_by);
  grouped_ = grouped_ || !calls_->empty() || having_ != nullptr;
  if (grouped_) build_groups();
  build_overs();
  return build();
}

void SelectBinder::refuse_unsupported_clauses() const {
  if (!select_.hints.empty()) {
    const ast::Identifier& name = select_.hints.front().name;
    refuse_unsupported(name.location, fmt::format("The hint {}", name.name));
  }
}

void SelectBinder::bind_from() {
  if (select_.from == nullptr) {
    plan_ = make_values(make_schema({}), {{}});
    return;
  }
  const BoundRelation relation = queries_.bind_from(*select_.from);
  plan_ = relation.plan;
  scope_ = relation.scope();
}

void SelectBinder::bind_where() {
  if (!select_.where) return;
  ExpressionBinder binder(context_, scope_, "WHERE");
  plan_ = make_filter(std::move(plan_), binder.bind_condition(*select_.where));
}

void SelectBinder::bind_items() {
  for (const ast::SelectItem& item : select_.items) {
    if (const auto* star = item.expression->try_as<ast::Star>()) {
      bind_star(*star);
      continue;
    }
    ExpressionPtr bound = binder_->bind(*item.expression);
    const auto* column = item.expression->try_as<ast::ColumnReference>();
    std::string name = item.alias          ? item.alias->name
                       : column != nullptr ? column->parts.back().name
                                           : fmt::format("EXPR${}", items_.size());
    add_item(std::move(bound), std::move(name));
  }
  visible_ = static_cast<int32_t>(items_.size());
}

void SelectBinder::bind_star(const ast::Star& star) {
  for (const int32_t column : scope_.expand(star)) {
    const Field& field = scope_.schema()->field(column);
    binder_->note_use(column, star.location);
    add_item(make_column(column, field.type), field.name);
  }
}

void SelectBinder::add_item(ExpressionPtr expression, std::string name) {
  items_.push_back(std::move(expression));
  names_.push_back(std::move(name));
}

std::map<std::string, ExpressionPtr> SelectBinder::aliases() const {
  std::map<std::string, ExpressionPtr> aliases;
  for (size_t i = 0; i < static_cast<size_t>(visible_); ++i) aliases.emplace(names_[i], items_[i]);
  return aliases;
}

void SelectBinder::bind_order(const std::vector<ast::OrderItem>& order_by) {
  binder_->set_clause("ORDER BY");
  for (const ast::OrderItem& item : order_by) order_.push_back(make_sort_key(order_column(item), item));
}

int32_t SelectBinder::order_column(const ast::OrderItem& item) {
  if (const std::optional<int32_t> ordinal = order_ordinal(item, visible_)) return *ordinal;
  ExpressionPtr bound = binder_->bind(*item.expression);
  for (size_t i = 0; i < items_.size(); ++i) {
    if (*items_[i] == *bound) return static_cast<int32_t>(i);
  }
  if (select_.distinct) {
    throw UserError(item.expression->location, "ORDER BY of SELECT DISTINCT names only what the select list has");
  }
  add_item(std::move(bound), fmt::format("EXPR${}", items_.size()));
  return static_cast<int32_t>(items_.size()) - 1;
}

BoundBody SelectBinder::build() {
  plan_ = make_project(std::move(plan_), std::move(items_), std::move(names_));
  if (select_.distinct) {
    std::vector<int32_t> all(static_cast<size_t>(plan_->schema()->size()));
    std::iota(all.begin(), all.end(), 0);
    plan_ = make_aggregate(std::move(plan_), std::move(all), {}, {});
  }
  return {std::move(plan_), std::move(order_), visible_};
}

}  // namespace tidemill
