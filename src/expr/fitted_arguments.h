// expr/fitted_arguments.h - arguments of a call as a function's parameters want them. Rule: what fits is as it is, or
// cast as SQL casts by itself.
#pragma once
#include <optional>
#include <vector>

#include "expr/function_registry.h"

namespace tidemill {

// Returns the arguments, cast where that is allowed; empty where they do not fit.
std::optional<std::vector<ExpressionPtr>> fitted_arguments(const CallSite& site, const std::vector<Type>& parameters);

}  // namespace tidemill
