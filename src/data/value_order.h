// data/value_order.h - which of two values of a physical type is less. Rule: NaN is above every number, so that what is
// greatest does not depend on the order of rows.
#pragma once
#include <cmath>
#include <type_traits>

namespace tidemill {

template <class T>
bool is_less(const T& a, const T& b) {
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(a)) return false;
    if (std::isnan(b)) return true;
  }
  return a < b;
}

}  // namespace tidemill
