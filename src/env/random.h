// env/random.h - random numbers. Rule: seeded in tests, so that a run can be repeated.
#pragma once
#include <atomic>
#include <cstdint>

#include "base/hash.h"

namespace tidemill {

class Random {
 public:
  virtual ~Random() = default;
  // Returns 64 uniformly distributed bits. Any thread.
  virtual uint64_t next() = 0;
  // Returns a number in [0, bound). The bias is below bound / 2^64. Requires: bound > 0. Any thread.
  uint64_t below(uint64_t bound) { return next() % bound; }
};

// A stream of numbers fixed by its seed (splitmix64: Steele, Lea, Flood, OOPSLA 2014).
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(uint64_t seed) : state_(seed) {}
  uint64_t next() override { return hash_integer(state_.fetch_add(kGamma, std::memory_order_relaxed)); }

 private:
  static constexpr uint64_t kGamma = 0x9e3779b97f4a7c15ULL;
  std::atomic<uint64_t> state_;
};

}  // namespace tidemill
