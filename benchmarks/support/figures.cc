#include "benchmarks/support/figures.h"

#include <algorithm>
#include <ctime>
#include <fstream>
#include <stdexcept>
#include <string>

namespace tidemill::bench {
namespace {

constexpr int64_t kBytesPerKib = 1024;

double seconds_of(clockid_t clock) {
  timespec now;
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

}  // namespace

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double process_cpu_seconds() { return seconds_of(CLOCK_PROCESS_CPUTIME_ID); }
double wall_seconds() { return seconds_of(CLOCK_MONOTONIC); }

ResidentMemory resident_memory() {
  ResidentMemory memory;
  std::ifstream status("/proc/self/status");
  for (std::string name; status >> name; status.ignore(1 << 20, '\n')) {
    if (name == "VmRSS:" && status >> memory.now) memory.now *= kBytesPerKib;
    if (name == "VmHWM:" && status >> memory.peak) memory.peak *= kBytesPerKib;
  }
  if (memory.now == 0 || memory.peak == 0) throw std::runtime_error("/proc/self/status does not tell the memory");
  return memory;
}

}  // namespace tidemill::bench
