// base/time.h - event time and durations. Rule: an EpochMillis is milliseconds since 1970-01-01T00:00:00Z (for
// TIMESTAMP without zone: the wall-clock reading taken as if it were UTC); negative before 1970.
#pragma once
#include <cstdint>
#include <limits>

namespace tidemill {

using EpochMillis = int64_t;
using DurationMillis = int64_t;

constexpr EpochMillis kNoWatermark = std::numeric_limits<int64_t>::min();   // nothing is known yet; below every time
constexpr EpochMillis kMaxWatermark = std::numeric_limits<int64_t>::max();  // all input has been seen

}  // namespace tidemill
