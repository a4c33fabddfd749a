// state/changed_blocks.h - which parts of a page were given out for writing since a checkpoint. Rule: may say too much,
// never too little; so it is marked where bytes are given out, before they change.
#pragma once
#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "state/page_address.h"

namespace tidemill {

// One bit a block of 64 bytes, a cache line. (For records of 48 bytes changed at random a block is twice what changed;
// blocks of 16 bytes would need four times the bits in memory and save a third of the bytes written.)
class ChangedBlocks {
 public:
  static constexpr uint32_t kBlockBytes = 64;
  static constexpr uint32_t kBlocks = kPageBytes / kBlockBytes;

  // Marks the blocks of `bytes` bytes from `offset` in the page. Requires: bytes >= 1, all in the page.
  void mark(uint32_t offset, uint32_t bytes) {
    const uint32_t first = offset / kBlockBytes;
    const uint32_t last = (offset + bytes - 1) / kBlockBytes;
    if (first / 64 == last / 64) [[likely]]
      words_[first / 64] |= bits(first % 64, last % 64);
    else
      mark_across(first, last);
  }
  void mark_all() { words_.fill(~uint64_t{0}); }
  void clear() { words_.fill(0); }
  void merge(const ChangedBlocks& other) {
    for (size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
  }

  bool any() const { return (words_[0] | words_[1] | words_[2] | words_[3]) != 0; }
  bool marked(uint32_t block) const { return (words_[block / 64] >> (block % 64) & 1) != 0; }
  uint32_t count() const {
    int count = 0;
    for (const uint64_t word : words_) count += std::popcount(word);
    return static_cast<uint32_t>(count);
  }

  // As it lies in a checkpoint: bit i of the little-endian words is block i.
  std::span<const uint64_t, kBlocks / 64> words() const { return words_; }
  std::span<uint64_t, kBlocks / 64> words() { return words_; }

 private:
  static uint64_t bits(uint32_t first, uint32_t last) { return ~uint64_t{0} >> (63 - (last - first)) << first; }
  void mark_across(uint32_t first, uint32_t last) {
    for (uint32_t word = first / 64; word <= last / 64; ++word)
      words_[word] |= bits(word == first / 64 ? first % 64 : 0, word == last / 64 ? last % 64 : 63);
  }

  std::array<uint64_t, kBlocks / 64> words_ = {};
};

}  // namespace tidemill
