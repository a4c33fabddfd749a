#include "env/simulated/simulated_faults.h"

namespace tidemill {

bool SimulatedFaults::maybe(std::string_view name) {
  const auto found = faults_.find(name);
  if (found == faults_.end()) return false;
  Fault& fault = found->second;
  ++fault.passed;
  if (fault.struck >= fault.times_max) return false;
  const double draw = static_cast<double>(random_.next() >> 11) * 0x1p-53;  // uniform in [0, 1)
  if (draw >= fault.probability) return false;
  ++fault.struck;
  return true;
}

int64_t SimulatedFaults::struck(const std::string& name) const {
  const auto found = faults_.find(name);
  return found == faults_.end() ? 0 : found->second.struck;
}

int64_t SimulatedFaults::passed(const std::string& name) const {
  const auto found = faults_.find(name);
  return found == faults_.end() ? 0 : found->second.passed;
}

}  // namespace tidemill
