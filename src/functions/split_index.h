// functions/split_index.h - SPLIT_INDEX over columns. Rule: parts are pieces of the argument, not copied.
#pragma once
#include <optional>
#include <string_view>

#include "expr/scalar_function.h"

namespace tidemill {

// Returns part number `index` (from 0) of a text cut at each delimiter; an empty delimiter cuts nothing. nullopt where
// there is no such part, and for an empty text, as in Flink (SqlFunctionUtils.splitIndex).
std::optional<std::string_view> split_part(std::string_view text, std::string_view delimiter, int32_t index);

// Returns the kernel of SPLIT_INDEX(text, delimiter, index).
ScalarFunctionPtr make_split_index_kernel();

}  // namespace tidemill
