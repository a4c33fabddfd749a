// runtime/watermark_alignment.h - sources that wait for each other in event time. Rule: who is too far ahead of the
// slowest reads nothing more; what is read, and in what order within a split, stays the same.
//
// As Flink's watermark alignment (FLIP-182, FLIP-217): members of a group tell their watermarks now and then, and may
// read up to the lowest of them plus a drift. One that is idle or has ended holds nobody back; until all others have a
// watermark, nobody waits.
#pragma once
#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <string>

#include "base/time.h"
#include "operators/source_spec.h"

namespace tidemill {

// The members are the subtasks of sources. add() before the job starts; the rest on any thread.
class AlignmentGroup {
 public:
  // Returns the new member's number.
  size_t add();
  // kNoWatermark: it has none yet; kMaxWatermark: it is idle, or has ended.
  void report(size_t member, EpochMillis watermark) { members_[member].store(watermark, std::memory_order_relaxed); }
  // Returns the lowest watermark of all members, kMaxWatermark where nobody need wait.
  EpochMillis lowest() const;

 private:
  std::deque<std::atomic<EpochMillis>> members_;
};

// The groups of one job, by name.
class AlignmentGroups {
 public:
  AlignmentGroup& group(const std::string& name) { return groups_[name]; }

 private:
  std::map<std::string, AlignmentGroup> groups_;
};

// One member. Task thread.
class AlignedReading {
 public:
  // `group` is borrowed.
  AlignedReading(AlignmentGroup& group, WatermarkAlignment alignment)
      : group_(group), alignment_(std::move(alignment)), member_(group.add()) {}
  // Tells the watermark where the interval has passed since the last time (wall ms), and looks how far it may read.
  // Returns whether it looked.
  bool update(EpochMillis now, EpochMillis watermark);
  // Reads nothing more.
  void leave() { group_.report(member_, kMaxWatermark); }
  // Returns the watermark up to which splits may be read, kMaxWatermark: any.
  EpochMillis limit() const { return limit_; }
  EpochMillis next_update() const { return next_update_; }
  const WatermarkAlignment& alignment() const { return alignment_; }

 private:
  AlignmentGroup& group_;
  const WatermarkAlignment alignment_;
  const size_t member_;
  EpochMillis limit_ = kMaxWatermark;
  EpochMillis next_update_ = 0;
};

}  // namespace tidemill
