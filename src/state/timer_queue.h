// state/timer_queue.h - timers of keys: (time, key), each once. Rule: they come out by time, then by key bytes, so that
// the order depends neither on when they were added nor on restores.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "state/key_batch.h"
#include "state/sub_key_tree.h"

namespace tidemill {

struct TimerDescriptor {
  std::string name;  // unique in the operator, stable across versions of a query
  std::vector<Type> key_types;
  int32_t partition_columns = -1;  // as in TableDescriptor
};

// Timers that came due, in order.
struct DueTimers {
  explicit DueTimers(KeyLayoutPtr layout) : keys(std::move(layout)) {}
  std::vector<EpochMillis> times;
  KeyBatch keys;
  int32_t size() const { return keys.num_rows(); }
};

using TimerVisitor = std::function<bool(EpochMillis time, KeyView key)>;

// Visits the timers of a queue, whose pages may be frozen or of a snapshot, in order until the visitor returns false.
// `from` is where to begin: empty, or what timer_behind() gave.
void scan_timers(const PageSource& pages, const TreeRoot& root, const TimerVisitor& visit, std::string_view from = {});
// Returns where a scan goes on that has visited this timer.
std::string timer_behind(EpochMillis time, KeyView key);

class TimerQueue {
 public:
  TimerQueue(PageTable& pages, std::shared_ptr<const TimerDescriptor> descriptor);
  TimerQueue(const TimerQueue&) = delete;
  TimerQueue& operator=(const TimerQueue&) = delete;

  const TimerDescriptor& descriptor() const { return *descriptor_; }
  const KeyLayoutPtr& key_layout() const { return key_layout_; }
  int64_t size() const { return root_.rows; }

  // Registers a timer; nothing happens where it is there already. `time` in the domain the operator uses this queue
  // for.
  void add(KeyRef key, EpochMillis time);
  void add(const KeyBatch& keys, std::span<const int32_t> rows, std::span<const EpochMillis> times);
  // Deletes a timer; returns whether it was there.
  bool remove(KeyRef key, EpochMillis time);

  // Returns the earliest time.
  std::optional<EpochMillis> next_time() const;
  // Takes up to `max` timers with time <= `now` out of the queue into `due` (emptied first). Returns whether any came;
  // call again until none comes, also because firing may add timers.
  bool pop_due(EpochMillis now, int32_t max, DueTimers& due);

  // Visits all timers in order until the visitor returns false. It must not change this queue.
  void scan(const TimerVisitor& visit) const;

  void clear();

  TreeRoot root() const { return root_; }

 private:
  SubKey encode(KeyRef key, EpochMillis time);

  std::shared_ptr<const TimerDescriptor> descriptor_;
  KeyLayoutPtr key_layout_;
  TextHeap heap_;
  SubKeyTree tree_;
  TreeRoot root_;
  std::string encoded_;  // scratch
};

}  // namespace tidemill
