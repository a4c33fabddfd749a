// runtime/watermark_merger.h - the watermark of several inputs: splits of a source, channels of a task. Rule: the
// minimum over the active ones; it never goes back, and only the end of all inputs gives kMaxWatermark.
#pragma once
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "base/time.h"

namespace tidemill {

// An input is active, idle (leaves the minimum, comes back) or finished (leaves it for good). When all that are not
// finished are idle, the merged watermark rises to the greatest that they hold, and not above (Flink 2.x:
// StatusWatermarkValve; a finished input does not push the rest to kMaxWatermark, FLINK-38477).
class WatermarkMerger {
 public:
  explicit WatermarkMerger(int32_t inputs = 0);

  // Adds an active input that holds nothing yet; the merged watermark stays where it is until it has caught up.
  // Returns its number.
  int32_t add();
  // Raises the watermark of an input; a lower one is ignored. kMaxWatermark finishes it. An idle input stays idle.
  void advance(int32_t input, EpochMillis watermark);
  void set_idle(int32_t input, bool idle);
  void finish(int32_t input);

  // The merged watermark.
  EpochMillis merged() const { return merged_; }
  // True where some inputs are left and all of those are idle.
  bool idle() const { return active_.empty() && unfinished_ > 0; }
  bool finished() const { return unfinished_ == 0; }

  EpochMillis watermark(int32_t input) const { return inputs_[static_cast<size_t>(input)].watermark; }
  bool is_idle(int32_t input) const { return inputs_[static_cast<size_t>(input)].status == Status::kIdle; }
  bool is_finished(int32_t input) const { return inputs_[static_cast<size_t>(input)].status == Status::kFinished; }
  // Returns the minimum over the active inputs but this one; kMaxWatermark where there is none.
  EpochMillis others(int32_t input) const;
  // Returns the active input with the lowest watermark (the first added of equal ones), -1 where none is active.
  int32_t lowest() const { return active_.empty() ? -1 : active_.begin()->second; }

 private:
  enum class Status : uint8_t { kActive, kIdle, kFinished };
  struct Input {
    EpochMillis watermark = kNoWatermark;
    Status status = Status::kActive;
  };
  void merge();

  std::vector<Input> inputs_;
  std::set<std::pair<EpochMillis, int32_t>> active_;
  int32_t unfinished_ = 0;
  EpochMillis merged_ = kNoWatermark;
};

}  // namespace tidemill
