// functions/table_functions.h - functions that give rows. Rule: registered like any, by one typed lambda.
#pragma once
#include "expr/function_registry.h"

namespace tidemill {

void register_table_functions(FunctionRegistry& registry);

}  // namespace tidemill
