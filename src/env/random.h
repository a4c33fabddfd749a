// env/random.h - random numbers. Rule: seeded in tests, so that a run can be repeated.
#pragma once
#include <cstdint>

namespace tidemill {

class Random {
 public:
  virtual ~Random() = default;
  // Returns 64 uniformly distributed bits. Any thread.
  virtual uint64_t next() = 0;
};

}  // namespace tidemill
