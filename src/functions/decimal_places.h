// functions/decimal_places.h - ROUND and TRUNCATE of one number. Rule: decided on decimal digits, as Java's BigDecimal
// does, so that ROUND(1.005, 2) is 1.01 although the double is a little less; halves go away from zero.
#pragma once
#include <cstdint>

#include "base/int128.h"

namespace tidemill {

enum class PlacesMode : uint8_t { kRound, kTruncate };

// Returns value with `places` digits after the point (negative: zeros before it), over its shortest decimal form. NaN
// and the infinities stay as they are.
double with_places(double value, int32_t places, PlacesMode mode);
// The same for an unscaled number of `scale` digits after the point; the result has the same scale.
int128 with_places(int128 unscaled, int32_t scale, int32_t places, PlacesMode mode);

}  // namespace tidemill
