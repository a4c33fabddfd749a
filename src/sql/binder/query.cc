// sql/binder/query.cc - WITH, bodies, ORDER BY and LIMIT to plans. Rule: a query of WITH sees those before it, and not
// itself.
#include <algorithm>
#include <set>

#include "plan/calc.h"
#include "plan/sort_limit.h"
#include "sql/binder/expression_binder.h"
#include "sql/binder/literal.h"
#include "sql/binder/query_binder.h"
#include "sql/binder/select_binder.h"
#include "sql/limits.h"

namespace tidemill {

PlanPtr rename_columns(PlanPtr plan, const std::vector<std::string>& names) {
  CHECK_EQ(names.size(), static_cast<size_t>(plan->schema()->size()));
  if (names == plan->schema()->names()) return plan;
  std::vector<Field> fields = plan->schema()->fields();
  for (size_t i = 0; i < fields.size(); ++i) fields[i].name = names[i];
  std::vector<ExpressionPtr> columns = column_references(*plan->schema());
  return make_project(std::move(plan), std::move(columns), make_schema(std::move(fields)));
}

std::vector<std::string> unique_names(const Schema& schema) {
  std::set<std::string> taken;
  std::vector<std::string> names;
  for (const Field& field : schema.fields()) {
    std::string name = field.name;
    for (int32_t i = 0; taken.contains(name); ++i) name = fmt::format("{}{}", field.name, i);
    taken.insert(name);
    names.push_back(std::move(name));
  }
  return names;
}

int64_t bind_row_count(const ast::Expression& expression, std::string_view clause) {
  const auto* literal = expression.try_as<ast::Literal>();
  if (literal != nullptr && literal->literal == ast::LiteralKind::kExact) {
    const Value value = bind_literal(*literal);
    if (value.type().is_integer()) return static_cast<int64_t>(value.as_integer());
  }
  throw UserError(expression.location, fmt::format("{} takes a whole number", clause));
}

SortKey make_sort_key(int32_t column, const ast::OrderItem& item) {
  SortKey key{column, item.descending, !item.descending};
  if (item.nulls != ast::NullsOrder::kDefault) key.nulls_first = item.nulls == ast::NullsOrder::kFirst;
  return key;
}

std::optional<int32_t> order_ordinal(const ast::OrderItem& item, int32_t columns) {
  const auto* literal = item.expression->try_as<ast::Literal>();
  if (literal == nullptr || literal->literal != ast::LiteralKind::kExact) return std::nullopt;
  const Value value = bind_literal(*literal);
  if (!value.type().is_integer()) return std::nullopt;
  const int128 number = value.as_integer();
  if (number < 1 || number > columns) {
    throw UserError(item.expression->location, fmt::format("ORDER BY {}: there is no such column", literal->text),
                    fmt::format("The query has columns 1 to {}.", columns));
  }
  return static_cast<int32_t>(number) - 1;
}

PlanPtr QueryBinder::bind(const ast::Query& query) {
  if (query.recursive) refuse_unsupported(query.location, "WITH RECURSIVE");
  const size_t outer = named_queries_.size();
  for (const ast::CommonTableExpression& named : query.with) {
    const bool twice = std::any_of(named_queries_.begin() + static_cast<std::ptrdiff_t>(outer), named_queries_.end(),
                                   [&](const NamedQuery& other) { return other.name == named.name.name; });
    if (twice) throw UserError(named.name.location, fmt::format("WITH names two queries {}", named.name.name));
    PlanPtr plan = bind(*named.query);
    if (!named.columns.empty()) {
      if (named.columns.size() != static_cast<size_t>(plan->schema()->size())) {
        throw UserError(named.name.location, fmt::format("{} has {} names for {} columns", named.name.name,
                                                         named.columns.size(), plan->schema()->size()));
      }
      std::vector<std::string> names;
      for (const ast::Identifier& column : named.columns) names.push_back(column.name);
      plan = rename_columns(std::move(plan), names);
    }
    named_queries_.push_back({named.name.name, std::move(plan)});
  }
  PlanPtr plan = bind_with_order(query);
  if (plan->depth() > kPlanDepthMax) {
    throw UserError(query.location,
                    fmt::format("The query has more than {} steps from its sources to its result", kPlanDepthMax),
                    "Views, WITH and sub-queries count; write an intermediate result to a table.");
  }
  named_queries_.resize(outer);
  return plan;
}

PlanPtr QueryBinder::bind_with_order(const ast::Query& query) {
  BoundBody body = bind_body(*query.body, query.order_by);
  if (!query.order_by.empty() || query.limit || query.offset) {
    std::optional<int64_t> limit;
    if (query.limit) limit = bind_row_count(*query.limit, "LIMIT");
    const int64_t offset = query.offset ? bind_row_count(*query.offset, "OFFSET") : 0;
    const SourceLocation location = !query.order_by.empty() ? query.order_by.front().expression->location
                                    : query.limit           ? query.limit->location
                                                            : query.offset->location;
    for (const SortKey& key : body.order) {
      const Type& type = body.plan->schema()->field(key.column).type;
      if (!type.is_ordered())
        refuse_unsupported(location, fmt::format("ORDER BY {}", type.with_nullable(true).to_string()));
    }
    body.plan = make_sort_limit(std::move(body.plan), std::move(body.order), limit, offset, location);
  }
  if (body.visible_columns == body.plan->schema()->size()) return body.plan;
  std::vector<int32_t> visible;
  for (int32_t i = 0; i < body.visible_columns; ++i) visible.push_back(i);
  return make_column_project(std::move(body.plan), visible);
}

BoundBody QueryBinder::bind_body(const ast::QueryBody& body, const std::vector<ast::OrderItem>& order_by) {
  switch (body.kind) {
    case ast::QueryBodyKind::kSelect:
      return SelectBinder(*this, body.as<ast::Select>()).bind(order_by);
    case ast::QueryBodyKind::kValues:
      return order_by_output(bind_values(body.as<ast::Values>()), order_by);
    case ast::QueryBodyKind::kTable:
      return order_by_output(bind_name(body.as<ast::TableBody>().name, {}).plan, order_by);
    case ast::QueryBodyKind::kSetOperation:
      return order_by_output(bind_set_operation(body.as<ast::SetOperation>()), order_by);
    case ast::QueryBodyKind::kNested:
      return order_by_output(bind(*body.as<ast::NestedQuery>().query), order_by);
  }
  CHECK(false);
}

// ORDER BY of what is no SELECT: over its output columns.
BoundBody QueryBinder::order_by_output(PlanPtr plan, const std::vector<ast::OrderItem>& order_by) {
  BoundBody result;
  result.visible_columns = plan->schema()->size();
  const Scope scope = Scope::of(plan->schema(), {});
  ExpressionBinder binder(context_, scope, "ORDER BY");
  std::vector<ExpressionPtr> columns = column_references(*plan->schema());
  for (const ast::OrderItem& item : order_by) {
    std::optional<int32_t> column = order_ordinal(item, result.visible_columns);
    if (!column) {
      columns.push_back(binder.bind(*item.expression));
      column = static_cast<int32_t>(columns.size()) - 1;
      if (const auto* reference = columns.back()->try_as<ColumnReference>()) {
        column = reference->index();
        columns.pop_back();
      }
    }
    result.order.push_back(make_sort_key(*column, item));
  }
  if (columns.size() > static_cast<size_t>(result.visible_columns)) {
    std::vector<std::string> names = plan->schema()->names();
    while (names.size() < columns.size()) names.push_back(fmt::format("EXPR${}", names.size()));
    plan = make_project(std::move(plan), std::move(columns), std::move(names));
  }
  result.plan = std::move(plan);
  return result;
}

}  // namespace tidemill
