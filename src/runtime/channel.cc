#include "runtime/channel.h"

#include <bit>

#include "base/check.h"

namespace tidemill {

Channel::Channel(int32_t capacity, MemoryBudget* budget)
    : mask_(static_cast<uint64_t>(capacity) - 1), budget_(budget), ring_(static_cast<size_t>(capacity)) {
  CHECK(capacity > 0 && std::has_single_bit(static_cast<uint32_t>(capacity)));
}

void Channel::connect(Executor& executor, TaskletId producer, TaskletId consumer) {
  executor_ = &executor;
  producer_ = producer;
  consumer_ = consumer;
}

bool Channel::try_put(Held& held) {
  const uint64_t tail = tail_.load(std::memory_order_relaxed);
  if (tail - head_.load(std::memory_order_seq_cst) > mask_) return false;
  ring_[tail & mask_] = std::move(held);
  tail_.store(tail + 1, std::memory_order_release);
  return true;
}

void Channel::spill_back() {
  while (!overflow_.empty() && try_put(overflow_.front())) overflow_.pop_front();
}

void Channel::push(Event event) {
  Held held{std::move(event), {}};
  if (budget_ != nullptr)
    if (const auto* batch = std::get_if<Batch>(&held.event))
      held.charge = MemoryCharge(budget_, MemoryKind::kChannels, static_cast<int64_t>(batch->memory_bytes()));
  spill_back();
  if (!overflow_.empty() || !try_put(held)) overflow_.push_back(std::move(held));
  executor_->wake(consumer_);
}

bool Channel::full() {
  const auto has_room = [&] {
    if (!overflow_.empty()) {
      spill_back();
      executor_->wake(consumer_);
    }
    return overflow_.empty() && tail_.load(std::memory_order_relaxed) - head_.load(std::memory_order_seq_cst) <= mask_;
  };
  if (has_room()) return false;
  // Announce first, look again second: whoever pops after that look sees the announcement.
  producer_waits_.store(true, std::memory_order_seq_cst);
  if (!has_room()) return true;
  producer_waits_.store(false, std::memory_order_relaxed);
  return false;
}

std::optional<Event> Channel::pop() {
  const uint64_t head = head_.load(std::memory_order_relaxed);
  if (head == tail_.load(std::memory_order_acquire)) return std::nullopt;
  std::optional<Event> event = std::move(ring_[head & mask_].event);
  ring_[head & mask_] = Held();  // buffers go now, not when the place is used again
  head_.store(head + 1, std::memory_order_seq_cst);
  if (producer_waits_.load(std::memory_order_seq_cst) && producer_waits_.exchange(false)) executor_->wake(producer_);
  return event;
}

bool Channel::idleness_is_next() const {
  return !empty() && std::holds_alternative<Idleness>(ring_[head_.load(std::memory_order_relaxed) & mask_].event);
}

bool Channel::empty() const { return head_.load(std::memory_order_relaxed) == tail_.load(std::memory_order_acquire); }

int32_t Channel::size() const {
  const uint64_t head = head_.load(std::memory_order_relaxed);
  return static_cast<int32_t>(tail_.load(std::memory_order_relaxed) - head);
}

}  // namespace tidemill
