#include "state/slot_index.h"

#include <algorithm>
#include <cmath>

namespace tidemill {
namespace {

constexpr uint32_t kCapacityMin = 16;
constexpr uint32_t kCapacityMax = 1U << 24;  // a tag must tell homes apart: 3 G records in 256 partitions

// A small index is half full at most: there, a slot that is looked at in vain costs more than the memory.
bool has_room(uint32_t used, uint32_t capacity, bool small) {
  return (used + 1) * 4ULL <= capacity * (small ? 2ULL : 3ULL);
}

}  // namespace

void SlotIndex::place(Partition& partition, uint64_t slot) {
  uint32_t position = home(slot >> kAddressBits, partition.capacity);
  while (partition.slots[position] != 0) position = position + 1 == partition.capacity ? 0 : position + 1;
  partition.slots[position] = slot;
  ++partition.used;
}

void SlotIndex::grow(Partition& partition) {
  const uint32_t capacity =
      std::max(kCapacityMin, is_small() ? partition.capacity * 2 : partition.capacity + partition.capacity / 2);
  CHECK_MSG(capacity <= kCapacityMax, "{} records in one partition of an index", partition.used);
  Partition bigger = empty_partition(capacity);
  for (uint32_t i = 0; i < partition.capacity; ++i) {
    if (partition.slots[i] != 0) place(bigger, partition.slots[i]);
  }
  partition = std::move(bigger);
}

SlotIndex::Partition SlotIndex::empty_partition(uint32_t capacity) {
  Partition partition;
  partition.slots = ZeroedWords(capacity);
  partition.capacity = capacity;
  return partition;
}

void SlotIndex::make_partitions() {
  partitions_ = std::vector<Partition>(kPartitions);
  partition_mask_ = kPartitions - 1;
  tag_shift_ = 32;
}

void SlotIndex::reserve(int64_t records) {
  if (records * 2 <= kSmallSlotsMax || partition_mask_ != 0 || partitions_[0].used != 0) return;
  make_partitions();
  // The fullest of the partitions: four standard deviations above the mean. A tenth more, so that it does not grow with
  // the first records that come then.
  const double mean = static_cast<double>(records) / kPartitions;
  const double slots = (mean + 4 * std::sqrt(mean)) * 4 / 3 * 1.1;
  const auto capacity = static_cast<uint32_t>(std::clamp<double>(slots, kCapacityMin, kCapacityMax));
  for (Partition& partition : partitions_) partition = empty_partition(capacity);
}

void SlotIndex::split(const HashOfRecord& hash_of_record) {
  const Partition all = std::move(partitions_[0]);
  make_partitions();
  for (uint32_t i = 0; i < all.capacity; ++i) {
    if (all.slots[i] == 0) continue;
    const StateAddress address = all.slots[i] & kAddressMask;
    insert(hash_of_record(address), address, hash_of_record);
  }
}

void SlotIndex::insert(uint64_t hash, StateAddress address, const HashOfRecord& hash_of_record) {
  Partition* partition = &partitions_[partition_of(hash)];
  if (!has_room(partition->used, partition->capacity, is_small())) {
    if (partition_mask_ == 0 && partition->capacity >= kSmallSlotsMax) {
      split(hash_of_record);
      partition = &partitions_[partition_of(hash)];
    }
    if (!has_room(partition->used, partition->capacity, is_small())) grow(*partition);
  }
  place(*partition, slot(tag_of(hash), address));
}

uint64_t* SlotIndex::slot_of(uint64_t hash, StateAddress address) {
  Partition& partition = partitions_[partition_of(hash)];
  const uint64_t wanted = slot(tag_of(hash), address);
  CHECK_MSG(partition.capacity != 0, "record {} is not in the index", address);
  for (uint32_t position = home(tag_of(hash), partition.capacity); partition.slots[position] != 0;
       position = position + 1 == partition.capacity ? 0 : position + 1) {
    if (partition.slots[position] == wanted) return &partition.slots[position];
  }
  CHECK_MSG(false, "record {} is not in the index", address);
}

void SlotIndex::erase(uint64_t hash, StateAddress address) {
  Partition& partition = partitions_[partition_of(hash)];
  auto hole = static_cast<uint32_t>(slot_of(hash, address) - partition.slots.get());
  for (uint32_t position = hole;;) {
    position = position + 1 == partition.capacity ? 0 : position + 1;
    if (partition.slots[position] == 0) break;
    const uint32_t wanted = home(partition.slots[position] >> kAddressBits, partition.capacity);
    // Stays where its home lies cyclically behind the hole, up to where it is.
    const bool stays = hole <= position ? hole < wanted && wanted <= position : hole < wanted || wanted <= position;
    if (stays) continue;
    partition.slots[hole] = partition.slots[position];
    hole = position;
  }
  partition.slots[hole] = 0;
  --partition.used;
}

void SlotIndex::clear() {
  partitions_ = std::vector<Partition>(1);
  partition_mask_ = 0;
  tag_shift_ = 40;
}

size_t SlotIndex::memory_bytes() const {
  size_t bytes = 0;
  for (const Partition& partition : partitions_) bytes += partition.capacity * sizeof(uint64_t);
  return bytes;
}

}  // namespace tidemill
