// tests/differential/seeds.h - seeds one after the other: those given, or those of TIDEMILL_SEED: 7, or 7-9000.
#pragma once
#include <cstdint>
#include <cstdlib>

namespace tidemill::differential {

constexpr int32_t kFailingSeedsShown = 3;  // a broken operator fails hundreds, and each takes seconds to shrink

// Calls check(seed), which returns whether the seed holds, for first … last.
template <class Check>
void check_seeds(uint64_t first, uint64_t last, const Check& check) {
  if (const char* seeds = std::getenv("TIDEMILL_SEED")) {
    char* end = nullptr;
    first = last = std::strtoull(seeds, &end, 10);
    if (*end == '-') last = std::strtoull(end + 1, nullptr, 10);
  }
  int32_t failing = 0;
  for (uint64_t seed = first; seed <= last && failing < kFailingSeedsShown; ++seed) failing += check(seed) ? 0 : 1;
}

}  // namespace tidemill::differential
