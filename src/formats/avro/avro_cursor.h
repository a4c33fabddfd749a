// formats/avro/avro_cursor.h - Avro's binary encoding, read. Rule: never beyond the end; a false return leaves what was
// asked for unset.
#pragma once
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace tidemill {

static_assert(std::endian::native == std::endian::little);  // Avro's floats are

class AvroCursor {
 public:
  AvroCursor() = default;
  explicit AvroCursor(std::string_view bytes) : begin_(bytes.data()), at_(begin_), end_(begin_ + bytes.size()) {}

  size_t offset() const { return static_cast<size_t>(at_ - begin_); }
  size_t left() const { return static_cast<size_t>(end_ - at_); }
  // Returns what lies between two offsets.
  std::string_view between(size_t begin, size_t end) const { return {begin_ + begin, end - begin}; }

  // Reads an int or a long: zigzag, seven bits a byte, the low ones first.
  bool read_long(int64_t& value) {
    if (at_ == end_) return false;
    auto byte = static_cast<uint8_t>(*at_++);
    uint64_t bits = byte & 0x7F;
    for (int32_t shift = 7; byte >= 0x80; shift += 7) {
      if (at_ == end_ || shift > 63) return false;
      byte = static_cast<uint8_t>(*at_++);
      bits |= static_cast<uint64_t>(byte & 0x7F) << shift;
    }
    value = static_cast<int64_t>(bits >> 1) ^ -static_cast<int64_t>(bits & 1);
    return true;
  }
  // Reads `size` bytes.
  bool read(size_t size, std::string_view& bytes) {
    if (left() < size) return false;
    bytes = {at_, size};
    at_ += size;
    return true;
  }
  // Reads a length and as many bytes: bytes and string.
  bool read_sized(std::string_view& bytes) {
    int64_t size = 0;
    return read_long(size) && size >= 0 && static_cast<uint64_t>(size) <= left() &&
           read(static_cast<size_t>(size), bytes);
  }
  template <class T>
  bool read_fixed(T& value) {
    if (left() < sizeof(T)) return false;
    std::memcpy(&value, at_, sizeof(T));
    at_ += sizeof(T);
    return true;
  }
  bool skip(size_t size) {
    if (left() < size) return false;
    at_ += size;
    return true;
  }

 private:
  const char* begin_ = nullptr;
  const char* at_ = nullptr;
  const char* end_ = nullptr;
};

// Appends an int or a long.
inline void put_avro_long(std::string& out, int64_t value) {
  auto bits = static_cast<uint64_t>(value) << 1 ^ static_cast<uint64_t>(value >> 63);
  while (bits >= 0x80) {
    out += static_cast<char>(bits | 0x80);
    bits >>= 7;
  }
  out += static_cast<char>(bits);
}

// Appends bytes or a string.
inline void put_avro_sized(std::string& out, std::string_view bytes) {
  put_avro_long(out, static_cast<int64_t>(bytes.size()));
  out += bytes;
}

}  // namespace tidemill
