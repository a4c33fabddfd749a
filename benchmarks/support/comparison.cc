#include "benchmarks/support/comparison.h"

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "benchmarks/support/figures.h"

namespace tidemill::bench {
namespace {

struct Measured {
  double seconds;
  uint64_t checksum;
};

Measured measure(const Work& work) {
  const double start = process_cpu_seconds();
  const uint64_t checksum = work();
  return {process_cpu_seconds() - start, checksum};
}

}  // namespace

void compare(benchmark::State& state, int64_t rows, const Work& engine, const Work& reference) {
  if (engine() != reference()) return state.SkipWithError("engine and reference give different results");
  std::vector<double> engine_seconds;
  std::vector<double> reference_seconds;
  std::vector<double> ratios;
  for (auto _ : state) {
    const Measured by_hand = measure(reference);
    const Measured by_engine = measure(engine);
    if (by_hand.checksum != by_engine.checksum) {
      state.SkipWithError("engine and reference give different results");
      break;
    }
    state.SetIterationTime(by_engine.seconds);
    engine_seconds.push_back(by_engine.seconds);
    reference_seconds.push_back(by_hand.seconds);
    ratios.push_back(by_engine.seconds / by_hand.seconds);
  }
  if (ratios.empty()) return;
  const double to_ns_row = 1e9 / static_cast<double>(rows);
  state.counters["engine_ns_row"] = median(engine_seconds) * to_ns_row;
  state.counters["hand_ns_row"] = median(reference_seconds) * to_ns_row;
  state.counters["ratio"] = median(ratios);
  state.counters["best"] = *std::min_element(engine_seconds.begin(), engine_seconds.end()) /
                           *std::min_element(reference_seconds.begin(), reference_seconds.end());
}

int64_t from_environment(const char* name, int64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoll(text, nullptr, 10);
}

}  // namespace tidemill::bench
