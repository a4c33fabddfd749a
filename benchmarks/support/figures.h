// benchmarks/support/figures.h - what a benchmark measures of its own process, and medians. Rule: nothing here takes
// part in what is measured.
#pragma once
#include <cstdint>
#include <vector>

namespace tidemill::bench {

// Requires: some values.
double median(std::vector<double> values);

// CPU time that all threads of this process have taken so far, in seconds.
double process_cpu_seconds();
// Seconds of a clock that only goes forward.
double wall_seconds();

// Memory of this process that lies in RAM, in bytes.
struct ResidentMemory {
  int64_t now = 0;
  int64_t peak = 0;  // since the process began
};
// Throws std::runtime_error where the system does not tell.
ResidentMemory resident_memory();

}  // namespace tidemill::bench
