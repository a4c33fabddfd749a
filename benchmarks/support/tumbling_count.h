// benchmarks/support/tumbling_count.h - what a person would write by hand for COUNT(*) a key in tumbling windows of ten
// seconds. Rule: row at a time, no engine: an open-addressing table a window, windows closed by the watermark.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tidemill::bench {

constexpr int64_t kWindowMs = 10'000;
constexpr int64_t kDelayMs = 4000;  // of the watermark

class TumblingCount {
 public:
  void add(int64_t key, int64_t time_ms) {
    if (time_ms > newest_) {
      newest_ = time_ms;
      close_until(newest_ - kDelayMs);
    }
    const int64_t start = time_ms - time_ms % kWindowMs;
    if (current_ >= windows_.size() || windows_[current_].start != start) select(start);
    windows_[current_].add(key);
  }
  // Closes all windows; returns the sum of row_hash(key, window start, count) over all that were closed.
  uint64_t finish();

 private:
  struct Slot {
    int64_t key;
    int64_t count;  // 0: free
  };
  struct Window {
    explicit Window(int64_t start_ms) : start(start_ms), slots(1024) {}
    void add(int64_t key);
    void grow();

    int64_t start;
    std::vector<Slot> slots;  // a power of two
    size_t used = 0;
  };
  void select(int64_t start);
  void close_until(int64_t watermark);
  void close(const Window& window);

  std::vector<Window> windows_;
  size_t current_ = 0;
  int64_t newest_ = 0;
  uint64_t checksum_ = 0;
};

// Reads "2026-01-01 00:00:00.000" as milliseconds since 1970; -1 where it is not of this form.
int64_t read_time_by_hand(std::string_view text);

}  // namespace tidemill::bench
