// Sets of numbers, and what is made of two of them.
#include "data/bitmap.h"

#include <algorithm>
#include <bit>

#include "base/check.h"

namespace tidemill {
namespace {

using Operation = BitmapChunk::Operation;

std::vector<uint16_t> combined(Operation operation, const std::vector<uint16_t>& a, const std::vector<uint16_t>& b) {
  std::vector<uint16_t> result;
  const auto out = std::back_inserter(result);
  switch (operation) {
    case Operation::kUnite:
      std::ranges::set_union(a, b, out);
      break;
    case Operation::kIntersect:
      std::ranges::set_intersection(a, b, out);
      break;
    case Operation::kSubtract:
      std::ranges::set_difference(a, b, out);
      break;
    case Operation::kExclusiveOr:
      std::ranges::set_symmetric_difference(a, b, out);
      break;
  }
  return result;
}

uint64_t combined(Operation operation, uint64_t a, uint64_t b) {
  switch (operation) {
    case Operation::kUnite:
      return a | b;
    case Operation::kIntersect:
      return a & b;
    case Operation::kSubtract:
      return a & ~b;
    case Operation::kExclusiveOr:
      return a ^ b;
  }
  CHECK(false);
}

uint64_t bit_of(uint16_t number) { return uint64_t{1} << (number % 64); }

uint16_t high_bits(int32_t number) { return static_cast<uint16_t>(static_cast<uint32_t>(number) >> 16); }

}  // namespace

BitmapChunk::BitmapChunk(uint16_t key, std::vector<uint16_t> numbers) : key_(key) { set_numbers(std::move(numbers)); }

bool BitmapChunk::contains(uint16_t number) const {
  if (!bits_.empty()) return (bits_[number / 64] & bit_of(number)) != 0;
  return std::ranges::binary_search(array_, number);
}

void BitmapChunk::add(uint16_t number) {
  if (contains(number)) return;
  ++cardinality_;
  if (!bits_.empty()) {
    bits_[number / 64] |= bit_of(number);
    return;
  }
  array_.insert(std::ranges::lower_bound(array_, number), number);
  if (cardinality_ > kArrayMax) set_words(words());
}

void BitmapChunk::remove(uint16_t number) {
  if (!contains(number)) return;
  --cardinality_;
  if (bits_.empty()) {
    array_.erase(std::ranges::lower_bound(array_, number));
    return;
  }
  bits_[number / 64] &= ~bit_of(number);
  if (cardinality_ <= kArrayMax) set_words(std::move(bits_));
}

std::vector<uint16_t> BitmapChunk::numbers() const {
  if (bits_.empty()) return array_;
  std::vector<uint16_t> numbers;
  numbers.reserve(static_cast<size_t>(cardinality_));
  for (size_t word = 0; word < kWords; ++word) {
    for (uint64_t rest = bits_[word]; rest != 0; rest &= rest - 1)
      numbers.push_back(static_cast<uint16_t>(word * 64 + static_cast<size_t>(std::countr_zero(rest))));
  }
  return numbers;
}

void BitmapChunk::combine(Operation operation, const BitmapChunk& other) {
  CHECK_EQ(key_, other.key_);
  if (bits_.empty() && other.bits_.empty()) return set_numbers(combined(operation, array_, other.array_));
  std::vector<uint64_t> words = this->words();
  const std::vector<uint64_t> others = other.words();
  for (size_t i = 0; i < kWords; ++i) words[i] = combined(operation, words[i], others[i]);
  set_words(std::move(words));
}

std::vector<uint64_t> BitmapChunk::words() const {
  if (!bits_.empty()) return bits_;
  std::vector<uint64_t> words(kWords);
  for (const uint16_t number : array_) words[number / 64] |= bit_of(number);
  return words;
}

void BitmapChunk::set_numbers(std::vector<uint16_t> numbers) {
  cardinality_ = static_cast<int32_t>(numbers.size());
  array_ = std::move(numbers);
  bits_.clear();
  if (cardinality_ <= kArrayMax) return;
  bits_ = words();
  array_.clear();
}

void BitmapChunk::set_words(std::vector<uint64_t> words) {
  cardinality_ = 0;
  for (const uint64_t word : words) cardinality_ += std::popcount(word);
  bits_ = std::move(words);
  array_.clear();
  if (cardinality_ > kArrayMax) return;
  array_ = numbers();
  bits_.clear();
}

void Bitmap::add(int32_t number) {
  const uint16_t key = high_bits(number);
  auto chunk = find(key);
  if (chunk == chunks_.end() || chunk->key() != key) chunk = chunks_.emplace(chunk, key);
  chunk->add(static_cast<uint16_t>(number));
}

void Bitmap::remove(int32_t number) {
  const uint16_t key = high_bits(number);
  const auto chunk = find(key);
  if (chunk == chunks_.end() || chunk->key() != key) return;
  chunk->remove(static_cast<uint16_t>(number));
  if (chunk->cardinality() == 0) chunks_.erase(chunk);
}

int64_t Bitmap::cardinality() const {
  int64_t cardinality = 0;
  for (const BitmapChunk& chunk : chunks_) cardinality += chunk.cardinality();
  return cardinality;
}

std::vector<uint32_t> Bitmap::numbers() const {
  std::vector<uint32_t> numbers;
  numbers.reserve(static_cast<size_t>(cardinality()));
  for (const BitmapChunk& chunk : chunks_) {
    for (const uint16_t low : chunk.numbers()) numbers.push_back(uint32_t{chunk.key()} << 16 | low);
  }
  return numbers;
}

std::vector<BitmapChunk>::iterator Bitmap::find(uint16_t key) {
  return std::ranges::lower_bound(chunks_, key, {}, &BitmapChunk::key);
}

void Bitmap::combine(Operation operation, const Bitmap& other) {
  const bool keeps_own = operation != Operation::kIntersect;
  const bool takes_others = operation == Operation::kUnite || operation == Operation::kExclusiveOr;
  std::vector<BitmapChunk> result;
  auto theirs = other.chunks_.begin();
  const auto take_below = [&](int32_t key) {
    for (; theirs != other.chunks_.end() && theirs->key() < key; ++theirs)
      if (takes_others) result.push_back(*theirs);
  };
  for (BitmapChunk& own : chunks_) {
    take_below(own.key());
    const bool meets = theirs != other.chunks_.end() && theirs->key() == own.key();
    if (meets) own.combine(operation, *theirs++);
    if ((meets || keeps_own) && own.cardinality() > 0) result.push_back(std::move(own));
  }
  take_below(1 << 16);
  chunks_ = std::move(result);
}

void append_bitmap_text(std::string& out, std::string_view bytes) {
  out += '{';
  bool first = true;
  for (const uint32_t number : Bitmap(bytes).numbers()) {
    if (!first) out += ',';
    first = false;
    fmt::format_to(std::back_inserter(out), "{}", number);
  }
  out += '}';
}

}  // namespace tidemill
