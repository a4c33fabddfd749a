#include "runtime/job_metrics.h"

#include "operators/row_outcomes.h"

namespace tidemill {

void JobMetrics::check_row_outcomes() const {
  for (const OperatorSubtaskMetrics& metrics : operators) {
    const auto count = [&](std::string_view counter) {
      const auto found = metrics.counters.find(std::string(counter));
      return found == metrics.counters.end() ? 0 : found->second;
    };
    if (!metrics.counters.contains(std::string(kRowsUsedCounter))) continue;
    const int64_t rows = count(counter::kRecordsIn), used = count(kRowsUsedCounter);
    const int64_t late = count(counter::kLateRecordsDropped), unknown = count(kUnknownRetractionsCounter);
    if (rows == used + late + unknown) continue;
    throw EngineError(fmt::format("{} took {} rows, and accounts for {} used, {} late, {} unknown retractions",
                                  metrics.name, rows, used, late, unknown));
  }
}

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
