// data/text.h - a 16-byte string view as a column value. Rule: it owns nothing; the bytes of a long one live in a
// buffer that the column holds, so a Text taken out of a column dies with it (state and builders copy).
#pragma once
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace tidemill {

// Layout (after Neumann, Freitag: Umbra, CIDR 2020; Arrow's Utf8View differs only in naming a buffer where this
// points): up to 12 bytes lie inline and are zero-padded, so that equality of short ones is two word compares; a longer
// one keeps its first 4 bytes and a pointer.
class Text {
 public:
  static constexpr uint32_t kInlineBytesMax = 12;

  Text() { std::memset(static_cast<void*>(this), 0, sizeof(*this)); }
  // Requires: where bytes.size() > 12, the bytes outlive this. Size at most 2^31 - 1.
  // Made in two words: what is stored byte by byte cannot be read again at once. Of a short text, two words that
  // overlap hold every byte.
  explicit Text(std::string_view bytes) {
    static_assert(std::endian::native == std::endian::little);
    const char* const data = bytes.data();
    const size_t size = bytes.size();
    uint64_t first = 0;  // four bytes
    uint64_t rest = 0;
    if (size > kInlineBytesMax) {
      first = word<uint32_t>(data);
      rest = std::bit_cast<uint64_t>(data);
    } else if (size >= 8) {
      const auto eight = word<uint64_t>(data);
      first = eight & 0xFFFFFFFF;
      rest = eight >> 32 | uint64_t{word<uint32_t>(data + size - 4)} >> (8 * (12 - size)) << 32;
    } else if (size >= 4) {
      first = word<uint32_t>(data);
      rest = uint64_t{word<uint32_t>(data + size - 4)} >> (8 * (8 - size));
    } else if (size > 0) {
      const size_t middle = size / 2;
      const size_t last = size - 1;
      first = word<uint8_t>(data) | uint64_t{word<uint8_t>(data + middle)} << (8 * middle) |
              uint64_t{word<uint8_t>(data + last)} << (8 * last);
    }
    const uint64_t words[2] = {(size & 0xFFFFFFFF) | first << 32, rest};
    std::memcpy(static_cast<void*>(this), words, sizeof(words));
  }

  uint32_t size() const { return size_; }
  bool is_inline() const { return size_ <= kInlineBytesMax; }
  const char* data() const {
    if (is_inline()) return inlined_;
    const char* data;
    std::memcpy(&data, inlined_ + 4, sizeof(data));
    return data;
  }
  // Valid while this Text object itself lives (short ones are inside it).
  std::string_view view() const { return {data(), size_}; }

  bool operator==(const Text& other) const {
    if (std::memcmp(this, &other, 8) != 0) return false;  // size and first four bytes
    if (is_inline()) return std::memcmp(inlined_ + 4, other.inlined_ + 4, 8) == 0;
    return std::memcmp(data(), other.data(), size_) == 0;
  }
  // Byte order: for UTF-8 that is code point order.
  auto operator<=>(const Text& other) const { return view() <=> other.view(); }

 private:
  template <class Word>
  static Word word(const char* from) {
    Word value;
    std::memcpy(&value, from, sizeof(value));
    return value;
  }

  uint32_t size_;
  char inlined_[12];
};
static_assert(sizeof(Text) == 16);

}  // namespace tidemill
