// job/progress_text.h - counts, times and sizes as people read them in progress lines and reports. Rule: short, and
// never wrong by more than their last digit.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/time.h"

namespace tidemill {

// "950", "98.4k", "1.20M".
std::string short_count(double count);
// "0 B", "512 B", "64.0 KB", "1.2 MB": powers of 1,024.
std::string short_bytes(uint64_t bytes);
// "0.3 s", "12.0 s", "3 min 5 s", "2 h 4 min", "3 d 4 h"; a negative one starts with '-'.
std::string short_duration(DurationMillis duration_ms);
// "00:01:12".
std::string clock_duration(DurationMillis duration_ms);
// "2013-01-02 11:59:00.000"; "none" for kNoWatermark, "end" for kMaxWatermark.
std::string watermark_text(EpochMillis watermark);

}  // namespace tidemill
