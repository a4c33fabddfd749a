#include "env/real/tasklet_table.h"

namespace tidemill {

TaskletTable::~TaskletTable() {
  for (std::atomic<TaskletSlot*>& segment : segments_) std::unique_ptr<TaskletSlot[]>(segment.load());
}

// Segment k holds 2^(k + kFirstSegmentBits) slots.
std::pair<size_t, size_t> TaskletTable::place(TaskletId id) {
  const uint64_t shifted = static_cast<uint64_t>(id) + (1ULL << kFirstSegmentBits);
  const auto segment = static_cast<size_t>(std::bit_width(shifted) - 1 - kFirstSegmentBits);
  return {segment, static_cast<size_t>(shifted - (1ULL << (segment + kFirstSegmentBits)))};
}

TaskletId TaskletTable::add(std::unique_ptr<Tasklet> tasklet, int32_t worker) {
  const std::lock_guard lock(mutex_);
  const TaskletId id = count_.load(std::memory_order_relaxed);
  const auto [segment, index] = place(id);
  TaskletSlot* slots = segments_[segment].load(std::memory_order_relaxed);
  if (slots == nullptr) {
    slots = std::make_unique<TaskletSlot[]>(size_t{1} << (segment + kFirstSegmentBits)).release();
    segments_[segment].store(slots, std::memory_order_release);
  }
  slots[index].tasklet = std::move(tasklet);
  slots[index].worker.store(worker, std::memory_order_relaxed);
  count_.store(id + 1, std::memory_order_release);
  return id;
}

TaskletSlot* TaskletTable::find(TaskletId id) {
  if (id < 0 || id >= count_.load(std::memory_order_acquire)) return nullptr;
  const auto [segment, index] = place(id);
  return &segments_[segment].load(std::memory_order_acquire)[index];
}

void TaskletTable::drop_all() {
  const TaskletId count = count_.load(std::memory_order_acquire);
  for (TaskletId id = 0; id < count; ++id) {
    TaskletSlot* slot = find(id);
    slot->finish();
    slot->tasklet = nullptr;
  }
}

}  // namespace tidemill
