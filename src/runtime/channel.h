// runtime/channel.h - carries events from one task to another. Rule: one producer, one consumer, in order; no lock on a
// row's path.
#pragma once
#include <atomic>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "data/event.h"
#include "env/executor.h"
#include "state/memory_budget.h"

namespace tidemill {

constexpr int32_t kChannelEventsMax =
    16;  // 16 K rows in flight at 1,024 rows a batch; its fullness is the backpressure

// A bounded ring, and behind it, on the producer's side, what one event emitted beyond it: push() never fails, and a
// task that sees full() takes no new event. Batches are charged to the budget from push() to pop().
class Channel {
 public:
  // Requires: capacity is a power of two. `budget` is borrowed; null: nothing is charged.
  explicit Channel(int32_t capacity = kChannelEventsMax, MemoryBudget* budget = nullptr);
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  // Says who is woken when events or room come. Before the first push.
  void connect(Executor& executor, TaskletId producer, TaskletId consumer);

  // Producer. Takes an event and wakes the consumer.
  void push(Event event);
  // Producer. Moves what did not fit into the ring as far as there is room now; returns whether the channel is full
  // (the producer is then woken when there is room).
  bool full();

  // Consumer. Returns the oldest event, nullopt where there is none. Wakes the producer if it waits.
  std::optional<Event> pop();
  // Consumer. True where the oldest event tells of idleness.
  bool idleness_is_next() const;
  // Consumer.
  bool empty() const;

  // Any thread: how many events lie in the ring (a gauge).
  int32_t size() const;

 private:
  struct Held {
    Event event;
    MemoryCharge charge;
  };
  bool try_put(Held& held);
  void spill_back();

  const uint64_t mask_;
  MemoryBudget* const budget_;
  std::vector<Held> ring_;
  std::deque<Held> overflow_;  // producer only
  Executor* executor_ = nullptr;
  TaskletId producer_ = -1;
  TaskletId consumer_ = -1;
  // Positions grow for ever; each is written by one side. On lines of their own, so that the sides do not share one.
  alignas(64) std::atomic<uint64_t> head_ = 0;  // next to pop
  alignas(64) std::atomic<uint64_t> tail_ = 0;  // next to put
  alignas(64) std::atomic<bool> producer_waits_ = false;
};

}  // namespace tidemill
