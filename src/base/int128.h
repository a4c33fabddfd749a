// base/int128.h - 128-bit integers, for DECIMAL above 18 digits and TIMESTAMP above 6.
#pragma once
#include <cstdint>

namespace tidemill {
__extension__ typedef __int128 int128;
__extension__ typedef unsigned __int128 uint128;
}  // namespace tidemill
