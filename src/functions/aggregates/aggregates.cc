#include "functions/aggregates/aggregates.h"

namespace tidemill {

void register_aggregate_functions(FunctionRegistry& registry) {
  register_count(registry);
  register_sum(registry);
  register_average(registry);
  register_selected(registry);
  register_listagg(registry);
  register_collection_aggregates(registry);
  register_variance(registry);
  register_percentile(registry);
  register_json_aggregates(registry);
  register_bitmap_aggregates(registry);
}

}  // namespace tidemill
