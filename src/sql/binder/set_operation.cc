// sql/binder/set_operation.cc - UNION, INTERSECT and EXCEPT to plans. Rule: names are the first part's, types what all
// parts have in common.
#include "plan/set_operation.h"

#include <numeric>

#include "expr/cast.h"
#include "expr/type_coercion.h"
#include "plan/aggregate.h"
#include "plan/calc.h"
#include "plan/join.h"
#include "plan/unnest.h"
#include "sql/binder/expression_binder.h"
#include "sql/binder/query_binder.h"
#include "sql/to_sql.h"

namespace tidemill {
namespace {

// Returns the plan with its columns cast to `types` (nullability aside) and named `names`.
PlanPtr cast_columns(PlanPtr plan, const std::vector<Type>& types, const std::vector<std::string>& names) {
  std::vector<ExpressionPtr> columns = column_references(*plan->schema());
  bool changed = false;
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i]->type().same_except_nullable(types[i])) continue;
    columns[i] = coerce(std::move(columns[i]), types[i]);
    changed = true;
  }
  return changed ? make_project(std::move(plan), std::move(columns), names) : plan;
}

PlanPtr distinct(PlanPtr plan) {
  std::vector<int32_t> keys(static_cast<size_t>(plan->schema()->size()));
  std::iota(keys.begin(), keys.end(), 0);
  return make_aggregate(std::move(plan), std::move(keys), {}, {});
}

// Returns the rows of `plan` that `other` has (SEMI), or has not (ANTI). NULL is a value here.
PlanPtr keep_rows(const PlanPtr& plan, const PlanPtr& other, JoinType type, const FunctionRegistry& functions,
                  SourceLocation location) {
  const int32_t columns = plan->schema()->size();
  std::vector<ExpressionPtr> conditions;
  for (int32_t i = 0; i < columns; ++i) {
    conditions.push_back(functions.resolve(
        "IS NOT DISTINCT FROM",
        {make_column(i, plan->schema()->field(i).type), make_column(columns + i, other->schema()->field(i).type)},
        location));
  }
  return make_join(plan, other, type, make_and(std::move(conditions)), RegularMatch{}, location);
}

// Returns the columns of `plan` and, behind them, two numbers.
PlanPtr with_counts(const PlanPtr& plan, int64_t left, int64_t right) {
  std::vector<ExpressionPtr> columns = column_references(*plan->schema());
  std::vector<std::string> names = plan->schema()->names();
  for (const int64_t count : {left, right}) {
    columns.push_back(make_literal(Value::big_int(count)));
    names.push_back(fmt::format("$n{}", names.size()));
  }
  return make_project(plan, std::move(columns), std::move(names));
}

// Each row comes as often as both have it (INTERSECT ALL), or as often as `plan` has it more than `other` (EXCEPT ALL):
// both are counted together, and what is left of a row is made so many rows again (Calcite's way, with SUM and a
// function that repeats rows).
PlanPtr keep_copies(const PlanPtr& plan, const PlanPtr& other, ast::SetOperator op, const FunctionRegistry& functions,
                    SourceLocation location) {
  const int32_t columns = plan->schema()->size();
  PlanPtr both = make_union({with_counts(plan, 1, 0), with_counts(other, 0, 1)});
  std::vector<int32_t> keys(static_cast<size_t>(columns));
  std::iota(keys.begin(), keys.end(), 0);
  std::vector<AggregateSpec> sums;
  for (int32_t i = 0; i < 2; ++i) {
    const ExpressionPtr argument = make_column(columns + i, Type::big_int().not_null());
    AggregateCall call = functions.resolve_aggregate("SUM", {argument}, location);
    AggregateSpec& sum = sums.emplace_back();
    sum.function = std::move(call.function);
    sum.argument = std::move(call.argument);
    sum.text = fmt::format("SUM($n{})", i);
  }
  PlanPtr counted = make_aggregate(std::move(both), std::move(keys), std::move(sums), {"$left", "$right"});
  const ExpressionPtr left = make_column(columns, counted->schema()->field(columns).type);
  const ExpressionPtr right = make_column(columns + 1, counted->schema()->field(columns + 1).type);
  const ExpressionPtr copies = op == ast::SetOperator::kIntersect ? functions.resolve("LEAST", {left, right}, location)
                                                                  : functions.resolve("-", {left, right}, location);
  const ExpressionPtr zero = make_literal(Value::big_int(0));
  counted = make_filter(std::move(counted), functions.resolve(">", {copies, zero}, location));
  std::vector<ExpressionPtr> projections = column_references(*plan->schema());
  std::vector<std::string> names = plan->schema()->names();
  projections.push_back(functions.resolve("$COPIES", {copies}, location));
  names.emplace_back("$copies");
  counted = make_project(std::move(counted), std::move(projections), std::move(names));
  const PlanPtr repeated = make_unnest(std::move(counted), columns, false, false, {"$copy"});
  std::vector<int32_t> places(static_cast<size_t>(columns));
  std::iota(places.begin(), places.end(), 0);
  return make_column_project(repeated, places);
}

}  // namespace

PlanPtr QueryBinder::bind_set_operation(const ast::SetOperation& operation) {
  const std::string_view name = to_sql(operation.op);
  std::vector<PlanPtr> inputs;
  std::vector<Type> types;
  for (const ast::QueryBodyPtr& operand : operation.operands) {
    inputs.push_back(bind_body(*operand, {}).plan);
    const Schema& schema = *inputs.back()->schema();
    const auto columns = static_cast<size_t>(schema.size());
    if (inputs.size() > 1 && columns != types.size()) {
      throw UserError(operand->location, fmt::format("{} of {} and {} columns", name, types.size(), columns),
                      fmt::format("All parts of {} have the same number of columns.", name));
    }
    for (size_t i = 0; i < columns; ++i) {
      const Type& type = schema.field(static_cast<int32_t>(i)).type;
      if (inputs.size() == 1) {
        types.push_back(type);
        continue;
      }
      const std::optional<Type> common = common_type(types[i], type);
      if (!common) {
        throw UserError(operand->location,
                        fmt::format("Column {} of {} is {} in one part and {} in another", i + 1, name,
                                    types[i].to_string(), type.to_string()),
                        "CAST one of them.");
      }
      types[i] = *common;
    }
  }
  const std::vector<std::string> names = inputs.front()->schema()->names();
  for (PlanPtr& input : inputs) input = cast_columns(std::move(input), types, names);
  if (operation.op == ast::SetOperator::kUnion) {
    PlanPtr plan = make_union(std::move(inputs));
    return operation.all ? plan : distinct(std::move(plan));
  }
  if (operation.all) {
    PlanPtr plan = inputs.front();
    for (size_t i = 1; i < inputs.size(); ++i)
      plan = keep_copies(plan, inputs[i], operation.op, context_.functions, operation.location);
    return plan;
  }
  const JoinType type = operation.op == ast::SetOperator::kIntersect ? JoinType::kSemi : JoinType::kAnti;
  PlanPtr plan = distinct(std::move(inputs.front()));
  for (size_t i = 1; i < inputs.size(); ++i)
    plan = keep_rows(plan, inputs[i], type, context_.functions, operation.location);
  return plan;
}

}  // namespace tidemill
