// functions/random.h - RAND, RAND_INTEGER and UUID. Rule: random bits come from whoever registers the functions; with a
// seed, from the row's place in its source.
#pragma once
#include "expr/function_registry.h"
#include "functions/all.h"

namespace tidemill {

// Registers them. Where `random` is empty, a row that needs random bits fails.
void register_random_functions(FunctionRegistry& registry, const RandomBits& random);

}  // namespace tidemill
