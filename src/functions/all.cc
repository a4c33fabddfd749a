#include "functions/all.h"

#include "functions/aggregates/aggregates.h"
#include "functions/families.h"
#include "functions/random.h"
#include "functions/table_functions.h"

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
    {"Types and inspection", register_inspection_functions},
    {"Text", register_string_functions},
    {"Choosing and mapping text", register_string_mappings},
    {"Formatting", register_printf_functions},
    {"Joining text", register_concat_functions},
    {"Regular expressions", register_regexp_functions},
    {"Encoding", register_encoding_functions},
    {"Character sets", register_charset_functions},
    {"Hashes", register_hash_functions},
    {"URLs and addresses", register_internet_functions},
    {"Looking into JSON", register_json_queries},
    {"Making JSON", register_json_construction},
    {"VARIANT", register_variant_functions},
    {"BITMAP", register_bitmap_functions},
    {"Random values", [](FunctionRegistry& registry) { register_random_functions(registry, {}); }},
    {"Parts of dates and times", register_datetime_parts},
    {"Dates and times as text", register_datetime_text},
    {"The present", register_datetime_now},
    {"Differences of times", register_datetime_arithmetic},
    {"Arrays, maps and rows", register_nested_functions},
    {"Arrays", register_array_functions},
    {"Maps", register_map_functions},
    {"Text to arrays and maps", register_split_functions},
    {"Aggregates", register_aggregate_functions},
    {"Functions of a clause", register_clause_functions},
};

}  // namespace

std::span<const FunctionFamily> function_families() { return kFamilies; }

void register_builtin_functions(FunctionRegistry& registry, const RandomBits& random) {
  register_random_functions(registry, random);  // before the list's own, which have no bits: the first overload counts
  for (const FunctionFamily& family : kFamilies) family.add_to(registry);
  register_copies(registry);
  register_table_functions(registry);
}

}  // namespace tidemill
