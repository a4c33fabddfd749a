#include "expr/fitted_arguments.h"

#include "expr/cast.h"
#include "expr/type_coercion.h"

namespace tidemill {

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

}  // namespace tidemill
