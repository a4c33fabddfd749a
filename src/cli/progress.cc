#include "cli/progress.h"

#include "job/progress_text.h"

namespace tidemill {
namespace {

constexpr int64_t kSecondNs = 1'000'000'000;
constexpr int64_t kRedrawNs = kSecondNs / 2;
constexpr std::string_view kEraseLine = "\r\x1b[K";

double seconds_of(int64_t nanoseconds) { return static_cast<double>(nanoseconds) / static_cast<double>(kSecondNs); }

}  // namespace

std::string progress_line(const JobStatus& status, double rows_per_second) {
  const JobMetrics& metrics = status.metrics;
  std::string line =
      fmt::format("{} {} | in {} ({}/s) | out {}", job_state_text(status.state),
                  clock_duration(status.now - status.started), short_count(static_cast<double>(metrics.rows_in)),
                  short_count(rows_per_second), short_count(static_cast<double>(metrics.rows_out)));
  if (status.state == JobState::kRestarting)
    return fmt::format("{} | restart {} in {}, because: {}", line, status.restarts,
                       short_duration(std::max<DurationMillis>(0, status.restart_at - status.now)), status.failure);
  if (status.restarts > 0) line += fmt::format(" | restarts {}", status.restarts);
  const bool has_watermark = metrics.watermark != kNoWatermark && metrics.watermark != kMaxWatermark;
  if (has_watermark && !status.bounded) line += " | lag " + short_duration(status.now - metrics.watermark);
  if (has_watermark) line += " | wm " + watermark_text(metrics.watermark);
  if (metrics.rows_late > 0) line += " | late " + short_count(static_cast<double>(metrics.rows_late));
  line += " | state " + short_bytes(metrics.state_bytes);
  const CheckpointStatistics& taken = status.checkpoints;
  if (taken.completed > 0 && !status.checkpoint_directory.empty())
    line += fmt::format(" | ckpt #{} {} ago {} ms", taken.last_epoch,
                        short_duration(status.now - taken.last_completed_at), taken.last_duration_ms);
  return line;
}

double Progress::elapsed_seconds() const { return seconds_of(environment_.clock.monotonic_ns() - started_ns_); }

void Progress::update(const Job& job) {
  const int64_t now = environment_.clock.monotonic_ns();
  if (now - started_ns_ < kSecondNs || now - drawn_ns_ < kRedrawNs) return;
  if (!environment_.console.error_is_terminal()) {
    drawn_ns_ = now;
    return;
  }
  const JobStatus status = job.status();
  const double since = seconds_of(now - (shown_ ? drawn_ns_ : started_ns_));
  const double rate = static_cast<double>(status.metrics.rows_in - rows_drawn_) / since;
  environment_.console.write_error(fmt::format("{}{}", kEraseLine, progress_line(status, rate)));
  drawn_ns_ = now;
  rows_drawn_ = status.metrics.rows_in;
  shown_ = true;
}

void Progress::clear() {
  if (shown_) environment_.console.write_error(kEraseLine);
  shown_ = false;
}

}  // namespace tidemill
