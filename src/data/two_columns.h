// data/two_columns.h - one column out of rows of two.
#pragma once
#include <cstdint>
#include <span>

#include "data/column.h"

namespace tidemill {

// Returns the rows at `places`: of `first` where the place is not negative, row ~place of `second` where it is. Long
// texts are not copied: the result keeps the buffers of both alive. Requires: columns of one physical type; the result
// has the type of `first`.
ColumnPtr take_of_two(const Column& first, const Column& second, std::span<const int32_t> places);

}  // namespace tidemill
