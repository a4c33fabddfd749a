// state/slot_index.h - finds a record by the hash of its key. Rule: eight bytes a record; growing one of 256 partitions
// never reads a record, because the tag holds the hash bits it needs.
//
// A slot is {24-bit tag, 40-bit address}, 0 where empty. Bits 63-56 of the hash choose the partition, bits 55-32 are
// the tag; a tag's home is tag * capacity / 2^24 (Lemire, "Fast random integer generation in an interval", 2019), then
// linear probing; erasing shifts back (Knuth, TAOCP 6.4, algorithm R). A small index is one partition with bits 63-40
// as tag.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/check.h"
#include "base/zeroed_words.h"
#include "state/page_table.h"

namespace tidemill {

class SlotIndex {
 public:
  // Returns the hash of the key of the record at an address: asked once, when the small index becomes 256 partitions.
  using HashOfRecord = std::function<uint64_t(StateAddress)>;

  // Hints that the slots of this hash are needed soon.
  void prefetch(uint64_t hash) const {
    const Partition& partition = partitions_[partition_of(hash)];
    __builtin_prefetch(partition.slots.get() + home(tag_of(hash), partition.capacity));
  }

  // Returns the first address with this hash's tag, without reading the record: a candidate. 0: the key is absent.
  StateAddress first_candidate(uint64_t hash) const {
    return find(hash, [](StateAddress) { return true; });
  }

  // Returns the address for which `matches(address)` is true among those with the tag of `hash`, or 0.
  template <class Matches>
  StateAddress find(uint64_t hash, Matches&& matches) const {
    const Partition& partition = partitions_[partition_of(hash)];
    if (partition.capacity == 0) return 0;
    const uint64_t tag = tag_of(hash);
    const uint64_t* slots = partition.slots.get();
    for (uint32_t position = home(tag, partition.capacity); slots[position] != 0;
         position = position + 1 == partition.capacity ? 0 : position + 1) {
      if (slots[position] >> kAddressBits == tag && matches(slots[position] & kAddressMask))
        return slots[position] & kAddressMask;
    }
    return 0;
  }

  // Makes room for so many records, where the index is empty: it then grows no more on the way there.
  void reserve(int64_t records);
  // Adds a record. Requires: it is not there yet.
  void insert(uint64_t hash, StateAddress address, const HashOfRecord& hash_of_record);
  // Removes a record. Requires: it is there.
  void erase(uint64_t hash, StateAddress address);
  // Notes that a record has moved. Requires: it is there.
  void replace(uint64_t hash, StateAddress from, StateAddress to) { *slot_of(hash, from) = slot(tag_of(hash), to); }
  void clear();

  // True while one partition holds all, which fits the nearest cache.
  bool is_small() const { return partition_mask_ == 0; }
  size_t memory_bytes() const;

 private:
  static constexpr int kAddressBits = 40;
  static constexpr uint64_t kAddressMask = (1ULL << kAddressBits) - 1;
  static constexpr uint64_t kTagMask = (1ULL << 24) - 1;
  static constexpr uint32_t kPartitions = 256;
  static constexpr uint32_t kSmallSlotsMax = 8192;  // of the one partition; beyond, growing it would be a pause

  struct Partition {
    ZeroedWords slots;
    uint32_t capacity = 0;
    uint32_t used = 0;
  };

  static uint64_t slot(uint64_t tag, StateAddress address) { return tag << kAddressBits | address; }
  static uint32_t home(uint64_t tag, uint32_t capacity) { return static_cast<uint32_t>(tag * capacity >> 24); }
  size_t partition_of(uint64_t hash) const { return hash >> 56 & partition_mask_; }
  uint64_t tag_of(uint64_t hash) const { return hash >> tag_shift_ & kTagMask; }
  uint64_t* slot_of(uint64_t hash, StateAddress address);
  static void place(Partition& partition, uint64_t slot);
  void grow(Partition& partition);
  static Partition empty_partition(uint32_t capacity);
  void make_partitions();
  void split(const HashOfRecord& hash_of_record);

  std::vector<Partition> partitions_ = std::vector<Partition>(1);
  uint64_t partition_mask_ = 0;  // 0: one partition
  int tag_shift_ = 40;
};

}  // namespace tidemill
