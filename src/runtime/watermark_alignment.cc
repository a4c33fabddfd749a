#include "runtime/watermark_alignment.h"

#include <algorithm>

namespace tidemill {

size_t AlignmentGroup::add() {
  members_.emplace_back(kNoWatermark);
  return members_.size() - 1;
}

EpochMillis AlignmentGroup::lowest() const {
  EpochMillis lowest = kMaxWatermark;
  for (const std::atomic<EpochMillis>& member : members_) {
    const EpochMillis watermark = member.load(std::memory_order_relaxed);
    if (watermark == kNoWatermark) return kMaxWatermark;
    lowest = std::min(lowest, watermark);
  }
  return lowest;
}

bool AlignedReading::update(EpochMillis now, EpochMillis watermark) {
  // A clock that was set back must not stop the looking.
  if (now < next_update_ && next_update_ - now <= alignment_.update_interval_ms) return false;
  next_update_ = now + alignment_.update_interval_ms;
  group_.report(member_, watermark);
  const EpochMillis lowest = group_.lowest();
  limit_ = lowest == kMaxWatermark ? kMaxWatermark : lowest + alignment_.max_drift_ms;
  return true;
}

}  // namespace tidemill
