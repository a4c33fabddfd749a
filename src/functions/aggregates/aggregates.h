// functions/aggregates/aggregates.h - the aggregate functions, one family a file. Rule: result types are Flink's (SUM
// keeps the type of its argument, DECIMAL widens to 38 digits), and so are their NULLs: no value counted, no value.
#pragma once
#include "expr/function_registry.h"

namespace tidemill {

void register_count(FunctionRegistry& registry);                  // COUNT(*), COUNT(x)
void register_sum(FunctionRegistry& registry);                    // SUM
void register_average(FunctionRegistry& registry);                // AVG
void register_selected(FunctionRegistry& registry);               // MIN, MAX, FIRST_VALUE, LAST_VALUE
void register_listagg(FunctionRegistry& registry);                // LISTAGG
void register_collection_aggregates(FunctionRegistry& registry);  // ARRAY_AGG, COLLECT
void register_variance(FunctionRegistry& registry);               // VAR_POP, VAR_SAMP, STDDEV_POP, STDDEV_SAMP
void register_percentile(FunctionRegistry& registry);             // PERCENTILE
void register_json_aggregates(FunctionRegistry& registry);        // JSON_ARRAYAGG, JSON_OBJECTAGG
void register_bitmap_aggregates(FunctionRegistry& registry);      // BITMAP_BUILD_AGG, BITMAP_AND_AGG, …

// Registers them all.
void register_aggregate_functions(FunctionRegistry& registry);

}  // namespace tidemill
