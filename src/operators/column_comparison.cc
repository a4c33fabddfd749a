#include "operators/column_comparison.h"

#include "data/dispatch.h"

namespace tidemill {
namespace {

template <class T>
bool same_value(const T& a, const T& b) {
  if constexpr (std::is_floating_point_v<T>) return a == b || (a != a && b != b);
  return a == b;
}

template <class T>
void mark(const Column& column, std::span<const std::pair<int32_t, int32_t>> pairs, std::span<uint8_t> differs) {
  const Decoded<T> values = column.decode<T>();
  for (size_t i = 0; i < pairs.size(); ++i) {
    const auto [a, b] = pairs[i];
    if (a < 0 || b < 0) continue;
    const bool null = values.is_null(a);
    if (null != values.is_null(b) || (!null && !same_value(values[a], values[b]))) differs[i] = 1;
  }
}

}  // namespace

void mark_differences(const Column& column, std::span<const std::pair<int32_t, int32_t>> pairs,
                      std::span<uint8_t> differs) {
  dispatch_physical(column.type().physical(), [&]<class T>() { mark<T>(column, pairs, differs); });
}

}  // namespace tidemill
