// state/memory_budget.h - how much memory a job may take, and what takes it. Rule: whoever holds bytes charges them
// here under what they are; who finds the budget exceeded gives back what it can do without, and sources wait for the
// rest.
//
// What is counted: pages and indexes of state, rows in channels and exchanges, buffers of readers, of sinks, and what
// operators hold besides their state. A buffer that several batches share is counted once a batch that is held. Not
// counted: the batch in a task's hand, which is one a task.
//
// Who gives back: page tables spill (asked_of). Channels empty by themselves when sources take no new rows; sources
// therefore wait while what cannot be spilled is over the budget and there are rows in channels (hold_back). With none
// there a source goes on whatever is charged, so that a job with too small a budget is slow and neither stands still
// nor dies.
#pragma once
#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <limits>
#include <string_view>

#include "env/executor.h"

namespace tidemill {

// What bytes are held for.
enum class MemoryKind : uint8_t {
  kStatePages,    // pages of state and frozen copies of them: what can be spilled
  kStateIndexes,  // slot indexes, splits, scalars
  kChannels,      // rows between tasks: in channels, and gathered for one by an exchange
  kFormats,       // blocks, chunks and scratch of readers and their decoders
  kSinks,         // what writers hold back
  kOperators,     // what operators hold besides their state
};
constexpr size_t kMemoryKinds = 6;
// Returns the name of a kind in metrics: "state_pages", "state_indexes", "channels", "formats", "sinks", "operators".
std::string_view memory_kind_name(MemoryKind kind);

// Bytes by kind at one moment.
struct MemoryUse {
  std::array<int64_t, kMemoryKinds> bytes = {};
  int64_t limit = std::numeric_limits<int64_t>::max();

  int64_t of(MemoryKind kind) const { return bytes[static_cast<size_t>(kind)]; }
  int64_t total() const;
};

// Shared by all of a job. Any thread.
class MemoryBudget {
 public:
  static constexpr int64_t kUnlimited = std::numeric_limits<int64_t>::max();

  // `limit_bytes`: kUnlimited where nothing is to be spilled or to wait.
  explicit MemoryBudget(int64_t limit_bytes = kUnlimited) : limit_bytes_(limit_bytes) {}
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;

  // Adds to what is used; a negative number gives back, and wakes who waits in hold_back() where it may go on.
  void charge(MemoryKind kind, int64_t bytes) {
    used_bytes_.fetch_add(bytes);
    by_kind_[static_cast<size_t>(kind)].fetch_add(bytes);
    if (bytes < 0 && anyone_waits_.load()) wake_waiting();
  }
  int64_t used_bytes() const { return used_bytes_.load(std::memory_order_relaxed); }
  int64_t used_bytes(MemoryKind kind) const { return by_kind_[static_cast<size_t>(kind)].load(); }
  MemoryUse use() const;
  int64_t limit_bytes() const { return limit_bytes_; }
  // How far below the limit spilling goes, so that it comes in bouts.
  int64_t slack_bytes() const { return limit_bytes_ / kSlackParts; }
  bool exceeded() const { return used_bytes() > limit_bytes_; }

  // Counts the stores that share the budget.
  void join() { stores_.fetch_add(1, std::memory_order_relaxed); }
  void leave() { stores_.fetch_sub(1, std::memory_order_relaxed); }

  // Returns how many bytes a store that holds `own` bytes of pages should give up now, 0: none. A store above its equal
  // share pays first; where that is not enough, whoever asks does.
  int64_t asked_of(int64_t own) const {
    const int64_t over = used_bytes() - limit_bytes_;
    if (over <= 0) return 0;
    const int64_t goal = over + slack_bytes();
    if (over > slack_bytes()) return goal;
    return std::clamp<int64_t>(own - limit_bytes_ / std::max(stores_.load(std::memory_order_relaxed), 1), 0, goal);
  }

  // Registers the tasklet of a source; returns its number. `executor` is borrowed and outlives this. Before rows flow,
  // one thread at a time.
  size_t add_source(Executor& executor, TaskletId tasklet);
  // Returns true where the source must take no new rows now; its tasklet is woken when that may have changed.
  bool hold_back(size_t source);

 private:
  static constexpr int64_t kSlackParts = 32;

  struct Source {
    Source(Executor& executor, TaskletId tasklet) : executor(executor), tasklet(tasklet) {}
    Executor& executor;
    const TaskletId tasklet;
    std::atomic<bool> waits{false};
  };
  // What cannot be spilled is over the limit, and waiting makes it less.
  bool must_wait() const;
  void wake_waiting();

  const int64_t limit_bytes_;
  std::atomic<int64_t> used_bytes_{0};
  std::array<std::atomic<int64_t>, kMemoryKinds> by_kind_ = {};
  std::atomic<int32_t> stores_{0};
  std::atomic<bool> anyone_waits_{false};
  std::deque<Source> sources_;  // stay where they are
};

// Bytes charged for as long as this lives. One thread at a time.
class MemoryCharge {
 public:
  // Nothing is charged, now or later.
  MemoryCharge() = default;
  // `budget` is borrowed and outlives this; null: as above.
  MemoryCharge(MemoryBudget* budget, MemoryKind kind, int64_t bytes = 0);
  MemoryCharge(MemoryCharge&& other) noexcept;
  MemoryCharge& operator=(MemoryCharge&& other) noexcept;
  ~MemoryCharge() { set(0); }

  // Changes how much is charged.
  void set(int64_t bytes) {
    if (budget_ == nullptr || bytes == bytes_) return;
    budget_->charge(kind_, bytes - bytes_);
    bytes_ = bytes;
  }
  int64_t bytes() const { return bytes_; }

 private:
  MemoryBudget* budget_ = nullptr;
  MemoryKind kind_ = MemoryKind::kOperators;
  int64_t bytes_ = 0;
};

}  // namespace tidemill
