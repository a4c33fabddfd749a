// base/zeroed_words.h - an array of 64-bit words that begins as zeros. Rule: a large one is the system's again as soon
// as it goes.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "base/os_memory.h"

namespace tidemill {

class ZeroedWords {
 public:
  ZeroedWords() = default;
  // Throws std::bad_alloc.
  explicit ZeroedWords(size_t count) : count_(count) {
    if (count < kMappedWords) {
      small_ = std::make_unique<uint64_t[]>(count);
      words_ = small_.get();
    } else {
      words_ = reinterpret_cast<uint64_t*>(map_memory(count * sizeof(uint64_t)));
      // Memory that is read before it is written is mapped twice, and the second time stops all other threads.
      for (size_t i = 0; i < count; i += kSystemPageWords) const_cast<volatile uint64_t*>(words_)[i] = 0;
    }
  }
  ZeroedWords(ZeroedWords&& other) noexcept
      : small_(std::move(other.small_)),
        words_(std::exchange(other.words_, nullptr)),
        count_(std::exchange(other.count_, 0)) {}
  ZeroedWords& operator=(ZeroedWords&& other) noexcept {
    std::swap(small_, other.small_);
    std::swap(words_, other.words_);
    std::swap(count_, other.count_);
    return *this;
  }
  ~ZeroedWords() {
    if (count_ >= kMappedWords) unmap_memory(reinterpret_cast<std::byte*>(words_), count_ * sizeof(uint64_t));
  }

  uint64_t& operator[](size_t i) { return words_[i]; }
  uint64_t operator[](size_t i) const { return words_[i]; }
  uint64_t* get() { return words_; }
  const uint64_t* get() const { return words_; }

 private:
  static constexpr size_t kMappedWords = 1 << 14;     // 128 KiB
  static constexpr size_t kSystemPageWords = 1 << 9;  // 4 KiB

  std::unique_ptr<uint64_t[]> small_;  // null: mapped
  uint64_t* words_ = nullptr;
  size_t count_ = 0;
};

}  // namespace tidemill
