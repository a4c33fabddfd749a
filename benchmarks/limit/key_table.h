// benchmarks/limit/key_table.h - a hash table as a person would write it for one query: 64-bit keys, linear probing,
// nothing is erased but all at once. Rule: what is known of the query is used (keys are above 0), nothing else is paid.
#pragma once
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace tidemill::bench {

template <class Value>
class KeyTable {
 public:
  struct Slot {
    int64_t key = 0;  // 0: free
    Value value = {};
  };

  explicit KeyTable(size_t slots = 1024) : slots_(slots), mask_(slots - 1) {}

  // Returns the value of the key, made anew where there is none. Requires: key > 0. Valid until the next call.
  Value& operator[](int64_t key) {
    Slot* slot = &slots_[place(key)];
    if (slot->key == key) return slot->value;
    if (++used_ * 2 > slots_.size()) {
      grow();
      slot = &slots_[place(key)];
    }
    slot->key = key;
    return slot->value;
  }
  // Returns null where there is none.
  const Value* find(int64_t key) const {
    const Slot& slot = slots_[place(key)];
    return slot.key == key ? &slot.value : nullptr;
  }
  // All slots, free ones among them.
  const std::vector<Slot>& slots() const { return slots_; }
  void clear() {
    std::fill(slots_.begin(), slots_.end(), Slot());
    used_ = 0;
  }

 private:
  size_t place(int64_t key) const {
    size_t at = (static_cast<uint64_t>(key) * 0x9E3779B97F4A7C15 >> 32) & mask_;
    while (slots_[at].key != key && slots_[at].key != 0) at = (at + 1) & mask_;
    return at;
  }
  void grow() {
    std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(slots_.size() * 2));
    mask_ = slots_.size() - 1;
    for (Slot& slot : old)
      if (slot.key != 0) slots_[place(slot.key)] = std::move(slot);
  }

  std::vector<Slot> slots_;  // a power of two
  size_t mask_;
  size_t used_ = 0;
};

}  // namespace tidemill::bench
