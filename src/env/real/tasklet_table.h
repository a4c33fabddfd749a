// env/real/tasklet_table.h - the tasklets of the threaded executor. Rule: a slot never moves and is never freed while
// the table lives, so that wake() needs no lock.
#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>

#include "env/executor.h"

namespace tidemill {

// One tasklet and whether it waits, is queued or runs.
class TaskletSlot {
 public:
  std::unique_ptr<Tasklet> tasklet;  // touched by the worker that runs it; dropped when done
  std::atomic<int32_t> worker = 0;   // whose queue it goes to: the last worker that ran it

  // Notes that there is something to do. Returns true when the tasklet was parked: the caller must queue it.
  bool notify() {
    const uint32_t before = state_.fetch_or(kActive | kNotified, std::memory_order_acq_rel);
    return (before & (kActive | kDone)) == 0;
  }
  // Begins a step: what was written before any earlier notify() is visible from here on.
  void begin_step() { state_.fetch_and(~kNotified, std::memory_order_acq_rel); }
  // Ends a step without progress. Returns false when a notify() came meanwhile: the caller must queue it again.
  bool park() {
    uint32_t expected = kActive;
    return state_.compare_exchange_strong(expected, 0, std::memory_order_acq_rel);
  }
  void finish() { state_.store(kDone | kActive, std::memory_order_release); }

 private:
  static constexpr uint32_t kActive = 1;    // queued or running
  static constexpr uint32_t kNotified = 2;  // woken since the current step began
  static constexpr uint32_t kDone = 4;
  std::atomic<uint32_t> state_ = kActive;  // a new tasklet is queued at once
};

// Slots by id. A finished tasklet's slot (64 bytes) stays until the table goes.
class TaskletTable {
 public:
  TaskletTable() = default;
  TaskletTable(const TaskletTable&) = delete;
  TaskletTable& operator=(const TaskletTable&) = delete;
  ~TaskletTable();

  // Adds a slot and returns its id. Any thread.
  TaskletId add(std::unique_ptr<Tasklet> tasklet, int32_t worker);
  // Returns the slot, or nullptr where there never was one. Any thread, no lock.
  TaskletSlot* find(TaskletId id);
  // Drops every tasklet. Requires: none runs.
  void drop_all();

 private:
  static constexpr int32_t kFirstSegmentBits = 6;
  static constexpr int32_t kSegments = 40;  // 2^46 tasklets
  static std::pair<size_t, size_t> place(TaskletId id);

  std::mutex mutex_;  // one add() at a time
  std::atomic<TaskletId> count_ = 0;
  std::array<std::atomic<TaskletSlot*>, kSegments> segments_ = {};
};

}  // namespace tidemill
