// state/memory_budget.h - how much memory the state of a job may take. Rule: whoever holds bytes of state charges them
// here; who finds the budget exceeded gives back what it can do without.
#pragma once
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <limits>

namespace tidemill {

// Shared by all stores of a job. Any thread.
class MemoryBudget {
 public:
  static constexpr int64_t kUnlimited = std::numeric_limits<int64_t>::max();

  // `limit_bytes`: kUnlimited where nothing is to be spilled.
  explicit MemoryBudget(int64_t limit_bytes = kUnlimited) : limit_bytes_(limit_bytes) {}
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;

  // Adds to what is used; a negative number gives back.
  void charge(int64_t bytes) { used_bytes_.fetch_add(bytes, std::memory_order_relaxed); }
  int64_t used_bytes() const { return used_bytes_.load(std::memory_order_relaxed); }
  int64_t limit_bytes() const { return limit_bytes_; }
  bool exceeded() const { return used_bytes() > limit_bytes_; }

  // Counts the stores that share the budget.
  void join() { stores_.fetch_add(1, std::memory_order_relaxed); }
  void leave() { stores_.fetch_sub(1, std::memory_order_relaxed); }

  // Returns how many bytes a store that holds `own` bytes of pages should give up now, 0: none. A store above its equal
  // share pays first; where that is not enough, whoever asks does.
  int64_t asked_of(int64_t own) const {
    const int64_t over = used_bytes() - limit_bytes_;
    if (over <= 0) return 0;
    const int64_t goal = over + limit_bytes_ / kSlackParts;
    if (over > limit_bytes_ / kSlackParts) return goal;
    return std::clamp<int64_t>(own - limit_bytes_ / std::max(stores_.load(std::memory_order_relaxed), 1), 0, goal);
  }

 private:
  static constexpr int64_t kSlackParts = 32;  // below the limit by this part after spilling, so that it comes in bouts

  const int64_t limit_bytes_;
  std::atomic<int64_t> used_bytes_{0};
  std::atomic<int32_t> stores_{0};
};

}  // namespace tidemill
