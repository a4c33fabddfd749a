// expr/decimal_result.h - what a kernel does with a decimal that may have too many digits. Rule: NULL, and counted.
#pragma once
#include <optional>

#include "base/int128.h"
#include "expr/typed_function.h"

namespace tidemill {

// Returns the unscaled value as it lies in the column (T: int64_t or int128), nullopt where there is none.
template <class T>
std::optional<T> decimal_or_null(RowContext& row, std::optional<int128> unscaled) {
  if (unscaled) return static_cast<T>(*unscaled);
  row.overflow();
  return std::nullopt;
}

}  // namespace tidemill
