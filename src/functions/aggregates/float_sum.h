// functions/aggregates/float_sum.h - a floating-point sum that can be taken back. Rule: NaN and infinities are counted
// beside the sum, so that retracting one restores what was there before.
#pragma once
#include <cmath>
#include <cstdint>
#include <limits>

namespace tidemill {

template <class T>
struct FloatSum {
  T finite;
  int32_t nans;
  int32_t positive_infinities;
  int32_t negative_infinities;

  void change(T value, int32_t sign) {
    if (std::isfinite(value)) {
      finite += sign > 0 ? value : -value;
    } else if (std::isnan(value)) {
      nans += sign;
    } else if (value > 0) {
      positive_infinities += sign;
    } else {
      negative_infinities += sign;
    }
  }
  void add(const FloatSum& other) {
    finite += other.finite;
    nans += other.nans;
    positive_infinities += other.positive_infinities;
    negative_infinities += other.negative_infinities;
  }
  T total() const {
    if (nans > 0 || (positive_infinities > 0 && negative_infinities > 0)) return std::numeric_limits<T>::quiet_NaN();
    if (positive_infinities > 0) return std::numeric_limits<T>::infinity();
    if (negative_infinities > 0) return -std::numeric_limits<T>::infinity();
    return finite;
  }
};

}  // namespace tidemill
