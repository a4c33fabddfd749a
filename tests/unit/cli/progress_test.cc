#include "cli/progress.h"

#include <gtest/gtest.h>

#include "job/progress_text.h"

namespace tidemill {
namespace {

TEST(ProgressLine, ShowsWhatThereIsAndLeavesOutTheRest) {
  JobStatus status;
  status.state = JobState::kRunning;
  status.started = 1'704'067'200'000;
  status.now = status.started + 72'000;
  status.metrics.rows_in = 1'204'000;
  status.metrics.rows_out = 12'345;
  EXPECT_EQ(progress_line(status, 98'400), "RUNNING 00:01:12 | in 1.20M (98.4k/s) | out 12.3k | state 0 B");
  status.metrics.watermark = status.now - 800;
  status.metrics.state_bytes = 84 << 20;
  status.metrics.rows_late = 3;
  status.checkpoint_directory = "ck";
  status.checkpoints.completed = 2;
  status.checkpoints.last_epoch = 14;
  status.checkpoints.last_completed_at = status.now - 300;
  status.checkpoints.last_duration_ms = 120;
  EXPECT_EQ(
      progress_line(status, 0),
      "RUNNING 00:01:12 | in 1.20M (0/s) | out 12.3k | lag 0.8 s | wm 2024-01-01 00:01:11.200 | late 3 | state 84.0 "
      "MB | ckpt #14 0.3 s ago 120 ms");
  status.bounded = true;  // old data is read: how far its times are from the clock says nothing
  EXPECT_EQ(progress_line(status, 0).find("lag"), std::string::npos);
}

TEST(ProgressText, IsShort) {
  EXPECT_EQ(short_count(9999), "9999");
  EXPECT_EQ(short_count(10'000), "10.0k");
  EXPECT_EQ(short_count(999'960), "1.00M");
  EXPECT_EQ(short_count(2.5e9), "2.50G");
  EXPECT_EQ(short_bytes(1023), "1023 B");
  EXPECT_EQ(short_bytes(1024), "1.0 KB");
  EXPECT_EQ(short_bytes(1024 * 1024 - 1), "1.0 MB");
  EXPECT_EQ(short_bytes(uint64_t{3} << 40), "3.0 TB");
  EXPECT_EQ(short_duration(0), "0.0 s");
  EXPECT_EQ(short_duration(59'999), "59.9 s");
  EXPECT_EQ(short_duration(185'000), "3 min 5 s");
  EXPECT_EQ(short_duration(7'440'000), "2 h 4 min");
  EXPECT_EQ(short_duration(-1500), "-1.5 s");
  EXPECT_EQ(clock_duration(100 * 3'600'000), "100:00:00");
  EXPECT_EQ(watermark_text(kNoWatermark), "none");
}

}  // namespace
}  // namespace tidemill
