#include "runtime/job_metrics.h"

namespace tidemill {

int64_t JobMetrics::sum(std::string_view counter, std::string_view operator_id) const {
  int64_t total = 0;
  for (const OperatorSubtaskMetrics& metrics : operators) {
    if (!operator_id.empty() && metrics.id != operator_id) continue;
    const auto found = metrics.counters.find(std::string(counter));
    if (found != metrics.counters.end()) total += found->second;
  }
  return total;
}

}  // namespace tidemill
