// sql/binder/subquery_summary.cc - aggregates of the rows of a sub-query that fit a row around it. Rule: they are
// grouped by what they are compared with; where that is no equality, by the values that there are around them.
#include <algorithm>
#include <map>

#include "plan/aggregate.h"
#include "plan/calc.h"
#include "plan/join_recognition.h"
#include "sql/binder/subquery.h"

namespace tidemill {
namespace {

// Returns "$k0", "$k1", …
std::vector<std::string> key_names(size_t count) {
  std::vector<std::string> names;
  for (size_t i = 0; i < count; ++i) names.push_back(fmt::format("$k{}", i));
  return names;
}

std::vector<int32_t> numbers_from(int32_t first, size_t count) {
  std::vector<int32_t> numbers;
  for (size_t i = 0; i < count; ++i) numbers.push_back(first + static_cast<int32_t>(i));
  return numbers;
}

// Without aggregates there is a column that is TRUE.
PlanPtr summarize(PlanPtr rows, std::vector<int32_t> keys, const std::vector<AggregateSpec>& aggregates,
                  const std::vector<std::string>& names) {
  PlanPtr groups = make_aggregate(std::move(rows), std::move(keys), aggregates, names);
  if (!aggregates.empty()) return groups;
  std::vector<ExpressionPtr> columns = column_references(*groups->schema());
  std::vector<std::string> column_names = groups->schema()->names();
  columns.push_back(make_literal(Value::boolean(true)));
  column_names.emplace_back("$mark");
  return make_project(std::move(groups), std::move(columns), std::move(column_names));
}

// Groups the sub-query's rows by the own sides of its conditions, which then are its keys. False where some condition
// is no equality, and nothing is changed.
bool group_by_own(BoundSubquery& query, const RowSummary& summary) {
  std::vector<ExpressionPtr> conditions;
  std::vector<int32_t> keys;
  std::vector<ExpressionPtr> columns = column_references(*query.plan->schema());
  std::vector<std::string> names = query.plan->schema()->names();
  for (const ExpressionPtr& condition : query.conditions) {
    const std::optional<OwnAndOuter> sides = own_and_outer(condition);
    if (!sides) return false;
    const auto key = static_cast<int32_t>(keys.size());
    conditions.push_back(with_children(condition->as<Call>(), {sides->outer, make_column(key, sides->own->type())}));
    const auto* column = sides->own->try_as<ColumnReference>();
    keys.push_back(column != nullptr ? column->index() : static_cast<int32_t>(columns.size()));
    if (column != nullptr) continue;
    columns.push_back(sides->own);
    names.push_back(fmt::format("$k{}", key));
  }
  const bool computed = columns.size() > static_cast<size_t>(query.plan->schema()->size());
  PlanPtr rows = computed ? make_project(query.plan, std::move(columns), std::move(names)) : query.plan;
  query.plan = summarize(std::move(rows), std::move(keys), summary.aggregates, summary.names);
  query.conditions = std::move(conditions);
  return true;
}

// Returns the columns of the query around that the conditions read, in order.
std::vector<ExpressionPtr> outer_columns_of(const BoundSubquery& query) {
  std::map<int32_t, ExpressionPtr> columns;
  for (const ExpressionPtr& condition : query.conditions) {
    replace_columns(condition, [&](const ColumnReference& column) {
      ExpressionPtr same = make_column(column.index(), column.type());
      if (is_outer_column(column.index())) columns.emplace(column.index(), same);
      return same;
    });
  }
  std::vector<ExpressionPtr> result;
  for (const auto& [number, column] : columns) result.push_back(column);
  return result;
}

}  // namespace

std::vector<ExpressionPtr> Subqueries::add_summary(BoundSubquery query, RowSummary summary, SourceLocation location) {
  const bool grouped = group_by_own(query, summary);
  const size_t keys = grouped ? query.conditions.size() : outer_columns_of(query).size();
  const auto first = static_cast<int32_t>(keys);
  std::vector<Type> types;
  for (const AggregateSpec& spec : summary.aggregates)
    types.push_back(spec.function->result_type().with_nullable(true));
  if (types.empty()) types.push_back(Type::boolean());
  const auto number = static_cast<int32_t>(placed_.size());
  std::vector<ExpressionPtr> columns;
  for (size_t i = 0; i < types.size(); ++i) {
    placed_.push_back({{}, first + static_cast<int32_t>(i), location, i == 0 ? -1 : number});
    columns.push_back(make_column(kSubqueryColumns + number + static_cast<int32_t>(i), types[i]));
  }
  Placed& placed = placed_[static_cast<size_t>(number)];
  placed.query = std::move(query);
  if (!grouped) placed.summary = std::move(summary);
  return columns;
}

// The values that there are around the sub-query, each once, are joined to its rows first (Calcite's value generator).
PlanPtr Subqueries::join_summary(const PlanPtr& plan, const Placed& placed, const FunctionRegistry& functions,
                                 const OuterColumn& outer) {
  std::vector<int32_t> read;
  std::vector<ExpressionPtr> outside;
  for (const ExpressionPtr& column : outer_columns_of(placed.query)) {
    read.push_back(column->as<ColumnReference>().index());
    outside.push_back(outer(make_column(read.back() - kOuterColumns, column->type())));
  }
  const auto keys = static_cast<int32_t>(read.size());
  PlanPtr values =
      make_aggregate(make_project(plan, outside, key_names(read.size())), numbers_from(0, read.size()), {}, {});

  std::vector<ExpressionPtr> conditions;
  for (const ExpressionPtr& condition : placed.query.conditions) {
    conditions.push_back(replace_columns(condition, [&](const ColumnReference& column) {
      if (!is_outer_column(column.index())) return make_column(keys + column.index(), column.type());
      const auto key = std::ranges::lower_bound(read, column.index()) - read.begin();
      return make_column(static_cast<int32_t>(key), column.type());
    }));
  }
  const PlanPtr pairs = recognize_join(make_join(std::move(values), placed.query.plan, JoinType::kInner,
                                                 conjunction_of(std::move(conditions)), RegularMatch{}, placed.location)
                                           ->as<JoinNode>());
  const std::vector<int32_t> places = numbers_from(keys, static_cast<size_t>(placed.query.plan->schema()->size()));
  const PlanPtr summaries = summarize(pairs, numbers_from(0, read.size()),
                                      renumber_columns(placed.summary->aggregates, places), placed.summary->names);
  std::vector<ExpressionPtr> same;
  for (int32_t key = 0; key < keys; ++key) {
    const ExpressionPtr& value = outside[static_cast<size_t>(key)];
    same.push_back(functions.resolve(
        "IS NOT DISTINCT FROM", {value, make_column(plan->schema()->size() + key, value->type())}, placed.location));
  }
  return make_join(plan, summaries, JoinType::kLeft, conjunction_of(std::move(same)), RegularMatch{}, placed.location);
}

}  // namespace tidemill
