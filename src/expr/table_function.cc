#include "expr/table_function.h"

#include "expr/cast.h"
#include "expr/type_coercion.h"

namespace tidemill {
namespace {

// Returns the arguments as the parameters want them, empty where they do not fit.
std::optional<std::vector<ExpressionPtr>> fitted_arguments(const CallSite& site, const std::vector<Type>& parameters) {
  if (site.size() != parameters.size()) return std::nullopt;
  std::vector<ExpressionPtr> fitted;
  for (size_t i = 0; i < parameters.size(); ++i) {
    const Type& from = site.type(i);
    const bool exact =
        from.same_except_nullable(parameters[i]) || (from.is_character() && parameters[i].is_character());
    if (!exact && !(site.casts_allowed && casts_implicitly(from, parameters[i]))) return std::nullopt;
    fitted.push_back(coerce(site.arguments[i], parameters[i]));
  }
  return fitted;
}

}  // namespace

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
