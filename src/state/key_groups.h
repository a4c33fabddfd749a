// state/key_groups.h - which subtask owns which keys. Rule: frozen, a checkpoint is cut by these formulas; golden test
// in tests/unit/state/key_groups_test.cc.
#pragma once
#include <algorithm>
#include <cstdint>

namespace tidemill {

constexpr int32_t kMaxParallelismDefault = 128;
constexpr int32_t kMaxParallelismLimit = 32768;  // key groups are stored in 16 bits

// Key groups first..last, both included; empty where last < first.
struct KeyGroupRange {
  int32_t first = 0;
  int32_t last = -1;
  bool operator==(const KeyGroupRange&) const = default;
  bool contains(int32_t key_group) const { return key_group >= first && key_group <= last; }
  bool overlaps(const KeyGroupRange& other) const { return first <= other.last && other.first <= last; }
  KeyGroupRange overlap(const KeyGroupRange& other) const {
    return {std::max(first, other.first), std::min(last, other.last)};
  }
  int32_t size() const { return last < first ? 0 : last - first + 1; }
};

// Returns all key groups of a job.
inline KeyGroupRange all_key_groups(int32_t max_parallelism) { return {0, max_parallelism - 1}; }

// Returns the key group of a key with this hash (key_encoding.h).
inline int32_t key_group_of(uint64_t hash, int32_t max_parallelism) {
  return static_cast<int32_t>(hash % static_cast<uint64_t>(max_parallelism));
}

// Returns the key groups of subtask 0 .. parallelism - 1: contiguous, together all of them. Requires: parallelism at
// most max_parallelism. Source: Flink, KeyGroupRangeAssignment.computeKeyGroupRangeForOperatorIndex.
KeyGroupRange key_groups_of_subtask(int32_t max_parallelism, int32_t parallelism, int32_t subtask);

// Returns the subtask that owns a key group. Source: KeyGroupRangeAssignment.computeOperatorIndexForKeyGroup.
int32_t subtask_of_key_group(int32_t max_parallelism, int32_t parallelism, int32_t key_group);

// Returns the max_parallelism of a job that sets none: room to grow 1.5-fold, a power of two, at least 128.
// Source: KeyGroupRangeAssignment.computeDefaultMaxParallelism.
int32_t default_max_parallelism(int32_t parallelism);

}  // namespace tidemill
