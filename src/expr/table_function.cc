#include "expr/table_function.h"

#include "expr/fitted_arguments.h"

namespace tidemill {
// A NULL argument gives no rows: the ARRAY is NULL then.
void register_table_function(FunctionRegistry& registry, std::string_view name, FunctionDoc doc,
                             const std::vector<std::string>& columns, const std::vector<Type>& column_types,
                             TypedFunction function) {
  CHECK_EQ(columns.size(), column_types.size());
  Type element = column_types.front();
  if (columns.size() > 1) {
    std::vector<NestedField> fields;
    for (size_t i = 0; i < columns.size(); ++i) fields.push_back({columns[i], column_types[i]});
    element = Type::row(std::move(fields)).not_null();
  }
  const Type rows = Type::array(element);
  registry.with_rule(table_function_name(name), doc,
                     [function = std::move(function), rows](const CallSite& site) -> ExpressionPtr {
                       auto arguments = fitted_arguments(site, function.parameters);
                       if (!arguments) return nullptr;
                       return std::make_shared<Call>(std::string(site.name), function.kernel, std::move(*arguments),
                                                     rows, FunctionProperties{.can_fail = true}, site.location);
                     });
}

}  // namespace tidemill
