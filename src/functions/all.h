// functions/all.h - every built-in function, in one list. Rule: a family not listed here does not exist.
#pragma once
#include <cstdint>
#include <functional>
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

// Returns 64 random bits; any thread.
using RandomBits = std::function<uint64_t()>;

// Registers all scalar and aggregate functions. Call once on an empty registry. RAND and UUID draw from `random`; where
// it is empty, a row that needs it fails.
void register_builtin_functions(FunctionRegistry& registry, const RandomBits& random = {});

}  // namespace tidemill
