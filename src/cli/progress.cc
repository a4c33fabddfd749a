#include "cli/progress.h"

#include <fmt/format.h>

#include "data/time_text.h"
#include "runtime/operator_counters.h"

namespace tidemill {
namespace {

constexpr int64_t kSecondNs = 1'000'000'000;
constexpr int64_t kRedrawNs = kSecondNs / 2;
constexpr std::string_view kEraseLine = "\r\x1b[K";

std::string count_text(double count) {
  if (count >= 1e9) return fmt::format("{:.2f}G", count / 1e9);
  if (count >= 1e6) return fmt::format("{:.2f}M", count / 1e6);
  if (count >= 1e4) return fmt::format("{:.1f}k", count / 1e3);
  return fmt::format("{:.0f}", count);
}

// The lowest watermark that any operator has told.
std::string watermark_text(const JobMetrics& metrics) {
  EpochMillis lowest = kMaxWatermark;
  for (const OperatorSubtaskMetrics& subtask : metrics.operators) lowest = std::min(lowest, subtask.watermark);
  if (lowest == kNoWatermark || lowest == kMaxWatermark) return "-";
  std::string text;
  append_timestamp(text, lowest, 3);
  return text;
}

}  // namespace

double Progress::elapsed_seconds() const {
  return static_cast<double>(environment_.clock.monotonic_ns() - started_ns_) / static_cast<double>(kSecondNs);
}

void Progress::update(const JobExecution& job) {
  if (!environment_.console.error_is_terminal()) return;
  const int64_t now = environment_.clock.monotonic_ns();
  if (now - started_ns_ < kSecondNs || now - drawn_ns_ < kRedrawNs) return;
  drawn_ns_ = now;
  shown_ = true;
  const JobMetrics metrics = job.metrics();
  double in = 0, out = 0;
  for (const OperatorSubtaskMetrics& subtask : metrics.operators) {
    const auto value = [&](std::string_view name) {
      const auto found = subtask.counters.find(std::string(name));
      return found == subtask.counters.end() ? 0.0 : static_cast<double>(found->second);
    };
    if (subtask.id.starts_with("source")) in += value(counter::kRecordsOut);
    if (subtask.id.starts_with("sink")) out += value(counter::kRecordsIn);
  }
  const double seconds = elapsed_seconds();
  const auto whole = static_cast<int64_t>(seconds);
  environment_.console.write_error(fmt::format("{}RUNNING {:02}:{:02}:{:02} | in {} ({}/s) | out {} | wm {}",
                                               kEraseLine, whole / 3600, whole / 60 % 60, whole % 60, count_text(in),
                                               count_text(in / seconds), count_text(out), watermark_text(metrics)));
}

void Progress::clear() {
  if (shown_) environment_.console.write_error(kEraseLine);
  shown_ = false;
}

}  // namespace tidemill
