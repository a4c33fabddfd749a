// functions/aggregates/wide_sum.h - a 192-bit sum of 128-bit values. Rule: it cannot overflow before 2^63 values;
// whether the total fits a DECIMAL is judged only when it is read.
#pragma once
#include <cstdint>

#include "base/int128.h"

namespace tidemill {

// All bytes zero is zero. Two's complement: value = high * 2^128 + low.
struct WideSum {
  uint128 low;
  int64_t high;

  void add(int128 value) {
    const auto bits = static_cast<uint128>(value);
    low += bits;
    high += (low < bits ? 1 : 0) + (value < 0 ? -1 : 0);
  }
  void subtract(int128 value) {
    const auto bits = static_cast<uint128>(value);
    const bool borrow = low < bits;
    low -= bits;
    high -= (borrow ? 1 : 0) + (value < 0 ? -1 : 0);
  }
  void add(const WideSum& other) {
    low += other.low;
    high += other.high + (low < other.low ? 1 : 0);
  }
  // Returns whether the sum is representable in 128 bits; total() is then the sum.
  bool fits_int128() const { return high == (total() < 0 ? -1 : 0); }
  int128 total() const { return static_cast<int128>(low); }
};

// Returns 10^38, the first magnitude that 38 digits cannot hold.
constexpr int128 decimal_magnitude_limit() {
  int128 limit = 1;
  for (int i = 0; i < 38; ++i) limit *= 10;
  return limit;
}

// Returns whether the sum has at most 38 digits.
inline bool fits_decimal(const WideSum& sum) {
  constexpr int128 kLimit = decimal_magnitude_limit();
  return sum.fits_int128() && sum.total() < kLimit && sum.total() > -kLimit;
}

}  // namespace tidemill
