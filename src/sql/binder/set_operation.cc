// sql/binder/set_operation.cc - UNION, INTERSECT and EXCEPT to plans. Rule: names are the first part's, types what all
// parts have in common.
#include "plan/set_operation.h"

#include <numeric>

#include "expr/cast.h"
#include "expr/type_coercion.h"
#include "plan/aggregate.h"
#include "plan/calc.h"
#include "plan/join.h"
#include "sql/binder/expression_binder.h"
#include "sql/binder/query_binder.h"

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

std::string_view operator_name(ast::SetOperator op) {
  switch (op) {
    case ast::SetOperator::kUnion:
      return "UNION";
    case ast::SetOperator::kIntersect:
      return "INTERSECT";
    case ast::SetOperator::kExcept:
      return "EXCEPT";
  }
  CHECK(false);
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

}  // namespace

PlanPtr QueryBinder::bind_set_operation(const ast::SetOperation& operation) {
  const std::string_view name = operator_name(operation.op);
  if (operation.all && operation.op != ast::SetOperator::kUnion)
    refuse_unsupported(operation.location, fmt::format("{} ALL", name));
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
  const JoinType type = operation.op == ast::SetOperator::kIntersect ? JoinType::kSemi : JoinType::kAnti;
  PlanPtr plan = distinct(std::move(inputs.front()));
  for (size_t i = 1; i < inputs.size(); ++i)
    plan = keep_rows(plan, inputs[i], type, context_.functions, operation.location);
  return plan;
}

}  // namespace tidemill
