// benchmarks/support/comparison.h - the engine against a loop written by hand. Rule: both run in the same process, one
// after the other in every round, are measured in CPU time of the whole process, and must give the same result.
#pragma once
#include <benchmark/benchmark.h>

#include <cstdint>
#include <functional>

namespace tidemill::bench {

// Does the work once and returns a checksum of what it gave.
using Work = std::function<uint64_t()>;

// Rounds of a comparison; the figures are medians over them. A whole job takes a second, so few must do.
constexpr int kRounds = 7;

// Runs `engine` and `reference` in turns, `state` giving the number of rounds, after a round that is not counted. Fails
// the benchmark where their results differ. Counters: nanoseconds a row of both, `ratio` (the median over the rounds of
// engine / reference) and `best` (the smallest of each, divided). The benchmark's own time is the engine's.
// Requires: UseManualTime().
void compare(benchmark::State& state, int64_t rows, const Work& engine, const Work& reference);

// Mixes a value into a checksum, in which order counts.
inline uint64_t mix(uint64_t checksum, uint64_t value) {
  checksum ^= value + 0x9E3779B97F4A7C15 + (checksum << 6) + (checksum >> 2);
  return checksum * 0xD6E8FEB86659FD93;
}
// Returns a hash of a row by its values, to be added up where order does not count.
inline uint64_t row_hash(uint64_t a, uint64_t b, uint64_t c) { return mix(mix(mix(0, a), b), c); }

// A stream of pseudo-random numbers, the same everywhere (splitmix64).
class Numbers {
 public:
  explicit Numbers(uint64_t seed) : state_(seed) {}
  uint64_t next() {
    uint64_t z = (state_ += 0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }
  // Returns a number of 0 … bound - 1.
  int64_t below(int64_t bound) { return static_cast<int64_t>(next() % static_cast<uint64_t>(bound)); }

 private:
  uint64_t state_;
};

// Returns a number that the environment may set (a size that a quick look makes smaller).
int64_t from_environment(const char* name, int64_t otherwise);

}  // namespace tidemill::bench
