// data/window.h - what a window is, for plans and operators alike. Rule: plain data; all durations in milliseconds.
#pragma once
#include <cstdint>

#include "base/time.h"

namespace tidemill {

enum class WindowKind : uint8_t { kTumble, kHop, kCumulate, kSession };

struct WindowDefinition {
  WindowKind kind = WindowKind::kTumble;
  DurationMillis size = 0;   // SESSION: the gap
  DurationMillis slide = 0;  // HOP: slide; CUMULATE: step; otherwise 0
  DurationMillis offset = 0;
  bool processing_time = false;
  // The time column is TIMESTAMP_LTZ (as PROCTIME() is): windows are aligned in table.local-time-zone, and
  // window_start and window_end are its wall-clock readings.
  bool zoned = false;
  bool operator==(const WindowDefinition&) const = default;
};

// Window columns that a plan asks for behind the keys and aggregates.
enum class WindowProperty : uint8_t { kStart, kEnd, kTime };

}  // namespace tidemill
