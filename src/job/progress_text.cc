#include "job/progress_text.h"

#include <fmt/format.h>

#include "data/time_text.h"

namespace tidemill {
namespace {

constexpr DurationMillis kSecondMs = 1000, kMinuteMs = 60 * kSecondMs, kHourMs = 60 * kMinuteMs, kDayMs = 24 * kHourMs;

}  // namespace

std::string short_count(double count) {
  if (count >= 999.5e6) return fmt::format("{:.2f}G", count / 1e9);
  if (count >= 999.95e3) return fmt::format("{:.2f}M", count / 1e6);
  if (count >= 9999.5) return fmt::format("{:.1f}k", count / 1e3);
  return fmt::format("{:.0f}", count);
}

std::string short_bytes(uint64_t bytes) {
  if (bytes < 1024) return fmt::format("{} B", bytes);
  double amount = static_cast<double>(bytes) / 1024;
  for (const char* unit : {"KB", "MB", "GB"}) {
    if (amount < 1023.95) return fmt::format("{:.1f} {}", amount, unit);
    amount /= 1024;
  }
  return fmt::format("{:.1f} TB", amount);
}

std::string short_duration(DurationMillis duration_ms) {
  if (duration_ms < 0) return duration_ms == kNoWatermark ? "-" : "-" + short_duration(-duration_ms);
  if (duration_ms < kMinuteMs) return fmt::format("{:.1f} s", static_cast<double>(duration_ms / 100) / 10);
  if (duration_ms < kHourMs)
    return fmt::format("{} min {} s", duration_ms / kMinuteMs, duration_ms % kMinuteMs / kSecondMs);
  if (duration_ms < kDayMs) return fmt::format("{} h {} min", duration_ms / kHourMs, duration_ms % kHourMs / kMinuteMs);
  return fmt::format("{} d {} h", duration_ms / kDayMs, duration_ms % kDayMs / kHourMs);
}

std::string clock_duration(DurationMillis duration_ms) {
  return fmt::format("{:02}:{:02}:{:02}", duration_ms / kHourMs, duration_ms / kMinuteMs % 60,
                     duration_ms / kSecondMs % 60);
}

std::string watermark_text(EpochMillis watermark) {
  if (watermark == kNoWatermark) return "none";
  if (watermark == kMaxWatermark) return "end";
  std::string text;
  append_timestamp(text, watermark, 3);
  return text;
}

}  // namespace tidemill
