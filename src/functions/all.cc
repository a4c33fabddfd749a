#include "functions/all.h"

#include "functions/aggregates/aggregates.h"
#include "functions/families.h"

namespace tidemill {
namespace {

constexpr FunctionFamily kFamilies[] = {
    {"Arithmetic", register_arithmetic_functions},
    {"Arithmetic with intervals", register_interval_functions},
    {"Rounding", register_rounding_functions},
    {"Real numbers", register_real_functions},
    {"Comparison", register_comparison_functions},
    {"Predicates and logic", register_predicate_functions},
    {"Patterns of text", register_like_functions},
    {"Conditions", register_conditional_functions},
    {"Inspection", register_inspection_functions},
    {"Text", register_string_functions},
    {"Joining text", register_concat_functions},
    {"Regular expressions", register_regexp_functions},
    {"Encoding", register_encoding_functions},
    {"Parts of dates and times", register_datetime_parts},
    {"Dates and times as text", register_datetime_text},
    {"The present", register_datetime_now},
    {"Differences of times", register_datetime_arithmetic},
    {"Arrays, maps and rows", register_nested_functions},
    {"Arrays", register_array_functions},
    {"Maps", register_map_functions},
    {"Text to arrays and maps", register_split_functions},
    {"Aggregates", register_aggregate_functions},
};

}  // namespace

std::span<const FunctionFamily> function_families() { return kFamilies; }

void register_builtin_functions(FunctionRegistry& registry) {
  for (const FunctionFamily& family : kFamilies) family.add_to(registry);
}

}  // namespace tidemill
