// data/buffer.h - memory that columns share. Rule: written by one owner before it is shared, never after.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace tidemill {

// A block of bytes aligned to 16, or a view of memory kept alive by `owner` (a file mapping, a parser's input).
class Buffer {
 public:
  // Allocates `size` bytes, uninitialised, with kPaddingBytes of readable slack behind them.
  static std::shared_ptr<Buffer> allocate(size_t size);
  // Wraps foreign memory; `owner` keeps it alive.
  static std::shared_ptr<Buffer> wrap(const void* data, size_t size, std::shared_ptr<const void> owner);

  const std::byte* data() const { return data_; }
  // Requires: made by allocate() and not yet shared.
  std::byte* mutable_data() { return data_; }
  size_t size() const { return size_; }

  static constexpr size_t kPaddingBytes = 64;  // simdjson and vector loads may read past the end

  Buffer(std::byte* data, size_t size, std::shared_ptr<const void> owner)
      : data_(data), size_(size), owner_(std::move(owner)) {}

 private:
  std::byte* data_;
  size_t size_;
  std::shared_ptr<const void> owner_;
};

using BufferPtr = std::shared_ptr<const Buffer>;

inline bool bit_at(const uint8_t* bits, int32_t index) { return (bits[index >> 3] >> (index & 7) & 1) != 0; }
inline void set_bit(uint8_t* bits, int32_t index) {
  bits[index >> 3] = static_cast<uint8_t>(bits[index >> 3] | 1 << (index & 7));
}
inline void clear_bit(uint8_t* bits, int32_t index) {
  bits[index >> 3] = static_cast<uint8_t>(bits[index >> 3] & ~(1 << (index & 7)));
}
inline size_t bitmap_bytes(int32_t bits) { return (static_cast<size_t>(bits) + 7) / 8; }

}  // namespace tidemill
