// sql/binder/select.cc - SELECT lists to projections. Rule: ORDER BY sees aliases first, then the columns of FROM.
#include <algorithm>
#include <numeric>

#include "plan/aggregate.h"
#include "plan/calc.h"
#include "plan/join_recognition.h"
#include "plan/values.h"
#include "sql/binder/select_binder.h"

namespace tidemill {
SelectBinder::SelectBinder(QueryBinder& queries, const ast::Select& select)
    : queries_(queries), select_(select), context_(queries.context()), subqueries_(queries, scope_) {}

BoundBody SelectBinder::bind(const std::vector<ast::OrderItem>& order_by) {
  bind_from();
  bind_where();
  calls_ = std::make_unique<AggregateCalls>(kCallColumns);
  bind_group_by();
  binder_ = std::make_unique<ExpressionBinder>(context_, scope_, "SELECT");
  binder_->allow_aggregates(calls_.get());
  if (grouped_) binder_->allow_groupings(&groupings_);
  binder_->allow_subqueries(&subqueries_);
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
  if (outer_ != nullptr) expose_correlated();
  bind_order(order_by);
  grouped_ = grouped_ || !calls_->empty() || having_ != nullptr;
  if (grouping_sets_.size() > 1) {
    build_grouping_sets();
  } else if (grouped_) {
    build_groups();
  } else {
    plan_ = subqueries_.place(std::move(plan_), item_places(), [](const ExpressionPtr& column) { return column; });
  }
  build_overs();
  return build();
}

void SelectBinder::bind_from() {
  if (select_.from == nullptr) {
    plan_ = make_values(make_schema({}), {{}});
    return;
  }
  from_ = queries_.bind_from(*select_.from, select_.hints);
  plan_ = from_.plan;
  scope_ = from_.scope();
}

// The columns of joins are time attributes or not once WHERE is known.
void SelectBinder::bind_where() {
  if (!select_.where) return;
  ExpressionBinder binder(context_, scope_, "WHERE");
  binder.allow_subqueries(&subqueries_);
  binder.allow_outer(outer_);
  const WrittenConjuncts conjuncts = written_conjuncts(*select_.where);
  std::vector<ExpressionPtr> conditions;
  for (const ast::Expression* conjunct : conjuncts.on_rows)
    for (ExpressionPtr& condition : conjuncts_of(binder.bind_condition(*conjunct)))
      conditions.push_back(std::move(condition));
  apply_where(std::move(conditions));
  for (const ast::Expression* conjunct : conjuncts.on_subqueries)
    plan_ = subqueries_.filter(std::move(plan_), *conjunct, binder);
  if (from_.plan != nullptr) scope_ = Scope(plan_->schema(), from_.relations, from_.visible);
}

void SelectBinder::apply_where(std::vector<ExpressionPtr> conditions) {
  std::vector<ExpressionPtr> of_rows, with_subqueries;
  for (ExpressionPtr& condition : conditions) {
    std::vector<ExpressionPtr>& place = reads_outer(*condition)      ? correlated_
                                        : reads_subquery(*condition) ? with_subqueries
                                                                     : of_rows;
    if (reads_outer(*condition) && reads_subquery(*condition)) {
      refuse_unsupported(select_.where->location,
                         "A condition that reads a sub-query and a column of the query around it");
    }
    place.push_back(std::move(condition));
  }
  plan_ = filter_joins(plan_, of_rows);
  plan_ = subqueries_.filter(std::move(plan_), std::move(with_subqueries));
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
  if (scope_.is_row(star)) return bind_fields(star);
  for (const int32_t column : scope_.expand(star)) {
    const Field& field = scope_.schema()->field(column);
    binder_->note_use(column, star.location);
    add_item(make_column(column, field.type), field.name);
  }
}

void SelectBinder::bind_fields(const ast::Star& star) {
  ast::ColumnReference written;
  written.location = star.location;
  written.parts = star.qualifier;
  const ExpressionPtr row = binder_->bind(written);
  if (row->type().kind != TypeKind::kRow) {
    throw UserError(star.location, fmt::format("{} has no fields: it is not a row", star.qualifier.back().name));
  }
  for (const NestedField& field : *row->type().parts) {
    ExpressionPtr name = make_literal(Value::characters(field.name));
    add_item(context_.functions.resolve(".", {row, std::move(name)}, star.location), field.name);
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

std::vector<ExpressionPtr*> SelectBinder::item_places() {
  std::vector<ExpressionPtr*> places;
  for (ExpressionPtr& item : items_) places.push_back(&item);
  if (qualify_ != nullptr) places.push_back(&qualify_);
  return places;
}

BoundBody SelectBinder::build() {
  plan_ = make_project(std::move(plan_), std::move(items_), std::move(names_));
  if (select_.distinct) {
    std::vector<int32_t> all(static_cast<size_t>(plan_->schema()->size()));
    std::iota(all.begin(), all.end(), 0);
    plan_ = make_aggregate(std::move(plan_), std::move(all), {}, {}, from_.state_ttl_ms);
  }
  return {std::move(plan_), std::move(order_), visible_};
}

}  // namespace tidemill
