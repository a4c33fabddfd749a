// data/text.h - a 16-byte string view as a column value. Rule: it owns nothing; the bytes of a long one live in a
// buffer that the column holds, so a Text taken out of a column dies with it (state and builders copy).
#pragma once
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
  explicit Text(std::string_view bytes) : Text() {
    size_ = static_cast<uint32_t>(bytes.size());
    if (size_ <= kInlineBytesMax) {
      if (size_ != 0) std::memcpy(inlined_, bytes.data(), size_);
    } else {
      std::memcpy(inlined_, bytes.data(), 4);
      const char* data = bytes.data();
      std::memcpy(inlined_ + 4, &data, sizeof(data));
    }
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
  uint32_t size_;
  char inlined_[12];
};
static_assert(sizeof(Text) == 16);

}  // namespace tidemill
