// functions/all.h - every built-in function, in one list. Rule: a family not listed here does not exist.
#pragma once
#include <span>
#include <string_view>

#include "expr/function_registry.h"

namespace tidemill {

// Functions that belong together: a file here, a section of the reference in docs/functions.md.
struct FunctionFamily {
  std::string_view title;
  void (*add_to)(FunctionRegistry&);
};

// Returns the families, in the order of the reference. A name may have overloads in several.
std::span<const FunctionFamily> function_families();

// Registers all scalar and aggregate functions. Call once on an empty registry.
void register_builtin_functions(FunctionRegistry& registry);

}  // namespace tidemill
