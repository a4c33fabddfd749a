// data/window_emit.h - when a window gives results besides the moment when it ends, for plans and operators alike.
// Rule: plain data; all durations in milliseconds of processing time, but for the lateness, which is event time.
#pragma once
#include <optional>

#include "base/time.h"

namespace tidemill {

struct WindowEmit {
  // How often a window that has not ended shows what it has, from its first row on; 0: with every row.
  std::optional<DurationMillis> early_delay_ms = {};
  // The same of one that has ended, from its first late row on.
  std::optional<DurationMillis> late_delay_ms = {};
  DurationMillis allowed_lateness_ms = 0;  // how far a watermark may be behind the end for rows to count

  // True where a window may give several results, of which each replaces the one before.
  bool updates() const { return early_delay_ms || late_delay_ms; }
  bool operator==(const WindowEmit&) const = default;
};

}  // namespace tidemill
