// sql/binder/set_operation.cc - UNION to plans. Rule: names are the first part's, types what all parts have in common.
#include "plan/set_operation.h"

#include <numeric>

#include "expr/cast.h"
#include "expr/type_coercion.h"
#include "plan/aggregate.h"
#include "plan/calc.h"
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

}  // namespace

PlanPtr QueryBinder::bind_set_operation(const ast::SetOperation& operation) {
  if (operation.op != ast::SetOperator::kUnion) {
    refuse_unsupported(operation.location, operation.op == ast::SetOperator::kIntersect ? "INTERSECT" : "EXCEPT");
  }
  std::vector<PlanPtr> inputs;
  std::vector<Type> types;
  for (const ast::QueryBodyPtr& operand : operation.operands) {
    inputs.push_back(bind_body(*operand, {}).plan);
    const Schema& schema = *inputs.back()->schema();
    const auto columns = static_cast<size_t>(schema.size());
    if (inputs.size() > 1 && columns != types.size()) {
      throw UserError(operand->location, fmt::format("UNION of {} and {} columns", types.size(), columns),
                      "All parts of a UNION have the same number of columns.");
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
                        fmt::format("Column {} of UNION is {} in one part and {} in another", i + 1,
                                    types[i].to_string(), type.to_string()),
                        "CAST one of them.");
      }
      types[i] = *common;
    }
  }
  const std::vector<std::string> names = inputs.front()->schema()->names();
  for (PlanPtr& input : inputs) input = cast_columns(std::move(input), types, names);
  PlanPtr plan = make_union(std::move(inputs));
  if (operation.all) return plan;
  std::vector<int32_t> keys(static_cast<size_t>(plan->schema()->size()));
  std::iota(keys.begin(), keys.end(), 0);
  return make_aggregate(std::move(plan), std::move(keys), {}, {});
}

}  // namespace tidemill
