// env/simulated/simulated_faults.h - faults that strike by name and probability. Rule: a run's faults depend on its
// seed only.
#pragma once
#include <cstdint>
#include <map>
#include <string>

#include "env/faults.h"
#include "env/random.h"

namespace tidemill {

// One thread only.
class SimulatedFaults final : public Faults {
 public:
  // `random` is borrowed.
  explicit SimulatedFaults(Random& random) : random_(random) {}

  // From now on `name` strikes with this probability (0 … 1), at most `times_max` times.
  void enable(const std::string& name, double probability, int64_t times_max = INT64_MAX) {
    faults_[name] = {probability, times_max, 0, 0};
  }
  void disable(const std::string& name) { faults_.erase(name); }
  void disable_all() { faults_.clear(); }
  bool maybe(std::string_view name) override;
  // Returns how often `name` struck.
  int64_t struck(const std::string& name) const;
  // Returns how often the code came past `name` while it was enabled.
  int64_t passed(const std::string& name) const;

 private:
  struct Fault {
    double probability;
    int64_t times_max;
    int64_t struck;
    int64_t passed;
  };
  Random& random_;
  std::map<std::string, Fault, std::less<>> faults_;
};

}  // namespace tidemill
