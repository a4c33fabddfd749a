// operators/unknown_retractions.h - the counter of retractions that were left out. Rule: nothing is lost silently.
#pragma once
#include <string_view>

namespace tidemill {

// Rows that take back what never came, or has expired.
inline constexpr std::string_view kUnknownRetractionsCounter = "numUnknownRetractionsDropped";

}  // namespace tidemill
