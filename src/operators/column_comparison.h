// operators/column_comparison.h - values of columns side by side. Rule: NULL equals NULL and NaN equals NaN here: the
// question is whether a result is still the same, not what SQL's = says.
#pragma once
#include <cstdint>
#include <span>
#include <utility>

#include "data/column.h"

namespace tidemill {

// Sets differs[i] to 1 where the rows pairs[i].first and pairs[i].second of the column are not the same value; leaves
// it where they are, and where one of them is negative. Requires: spans of the same length.
void mark_differences(const Column& column, std::span<const std::pair<int32_t, int32_t>> pairs,
                      std::span<uint8_t> differs);

}  // namespace tidemill
