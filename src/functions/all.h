// functions/all.h - every built-in function, in one list. Rule: a family not listed here does not exist.
#pragma once
#include "expr/function_registry.h"

namespace tidemill {

// Registers all scalar and aggregate functions. Call once on an empty registry.
void register_builtin_functions(FunctionRegistry& registry);

}  // namespace tidemill
