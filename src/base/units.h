// base/units.h - durations and sizes as people write them in settings and options. Rule: Flink's units and nothing
// else; a bare number is milliseconds or bytes.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace tidemill {

// Returns milliseconds of "10 s", "3min", "500ms", "1 d", "100"; nullopt where the text has another form or is negative
// or too large. Units as Flink's TimeUtils; finer ones than a millisecond are rounded down.
std::optional<DurationMillis> parse_duration_ms(std::string_view text);

// Returns bytes of "64mb", "1 gb", "100"; nullopt where the text has another form. Units as Flink's MemorySize.
std::optional<int64_t> parse_size_bytes(std::string_view text);

// Returns the duration in its largest whole unit, as Flink's plans show it: "10 s", "1 min", "1500 ms", "1 h", "2 d".
std::string format_duration_ms(DurationMillis duration_ms);

}  // namespace tidemill
