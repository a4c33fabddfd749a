// checkpoint/epoch_schedule.h - when the next epoch begins, and of which kind. Rule: a checkpoint publishes too: it
// takes the place of a publish epoch, and the next of those counts from it.
#pragma once
#include <algorithm>
#include <optional>

#include "base/time.h"
#include "data/event.h"

namespace tidemill {

// Pure: the caller brings the time. Checkpoints keep a grid of their own, so that an interval that is no multiple of
// the publish interval holds exactly, and a late one does not move those after it.
class EpochSchedule {
 public:
  // Intervals in ms, 0: none of the kind. The first epochs come an interval after `now` (wall ms).
  EpochSchedule(DurationMillis publish_interval_ms, DurationMillis checkpoint_interval_ms, EpochMillis now)
      : publish_ms_(publish_interval_ms),
        checkpoint_ms_(checkpoint_interval_ms),
        publish_at_(after(now, publish_interval_ms)),
        checkpoint_at_(after(now, checkpoint_interval_ms)) {}

  // Returns when due() gives something next, kMaxWatermark: never.
  EpochMillis next_at() const { return std::min(publish_at_, checkpoint_at_); }
  // Returns when the next checkpoint is due, kMaxWatermark: never.
  EpochMillis next_checkpoint_at() const { return checkpoint_at_; }

  // Returns the kind of the epoch that is due at `now`, and moves on to the next one. Epochs that were missed meanwhile
  // are one.
  std::optional<BarrierKind> due(EpochMillis now) {
    if (now < next_at()) return std::nullopt;
    publish_at_ = after(now, publish_ms_);
    if (now < checkpoint_at_) return BarrierKind::kPublish;
    checkpoint_at_ += ((now - checkpoint_at_) / checkpoint_ms_ + 1) * checkpoint_ms_;
    return BarrierKind::kCheckpoint;
  }

  // A checkpoint, whoever asked for it, ended at `now`: the next one by itself comes no earlier than `pause_ms` later.
  void pause(EpochMillis now, DurationMillis pause_ms) {
    if (checkpoint_at_ != kMaxWatermark) checkpoint_at_ = std::max(checkpoint_at_, now + pause_ms);
  }

 private:
  static EpochMillis after(EpochMillis now, DurationMillis interval_ms) {
    return interval_ms > 0 ? now + interval_ms : kMaxWatermark;
  }

  DurationMillis publish_ms_;
  DurationMillis checkpoint_ms_;
  EpochMillis publish_at_;
  EpochMillis checkpoint_at_;
};

}  // namespace tidemill
