#include "functions/all.h"

#include "functions/aggregates/aggregates.h"
#include "functions/families.h"

namespace tidemill {

void register_builtin_functions(FunctionRegistry& registry) {
  register_arithmetic_functions(registry);
  register_interval_functions(registry);
  register_rounding_functions(registry);
  register_comparison_functions(registry);
  register_predicate_functions(registry);
  register_like_functions(registry);
  register_conditional_functions(registry);
  register_inspection_functions(registry);
  register_string_functions(registry);
  register_concat_functions(registry);
  register_regexp_functions(registry);
  register_encoding_functions(registry);
  register_real_functions(registry);
  register_datetime_parts(registry);
  register_datetime_text(registry);
  register_datetime_now(registry);
  register_datetime_arithmetic(registry);
  register_aggregate_functions(registry);
}

}  // namespace tidemill
