// base/byte_stream.h - little-endian numbers and strings to and from bytes. Rule: reading past the end is an error of
// what is read, told with its name and offset, never a crash.
#pragma once
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace tidemill {

class ByteWriter {
 public:
  template <class T>
  void put(T value) {
    static_assert(std::is_integral_v<T> || std::is_enum_v<T>);
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof(value));
  }
  void put_string(std::string_view text) {
    put(static_cast<uint64_t>(text.size()));
    bytes_ += text;
  }
  void put_bytes(const void* data, size_t size) { bytes_.append(static_cast<const char*>(data), size); }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

// Throws the error of damaged bytes: what is wrong, in the thing called `name`, at byte `offset`.
using ThrowDamaged = void (*)(const std::string& name, uint64_t offset, std::string_view what);

class ByteReader {
 public:
  // `offset` is where `bytes` start in the thing called `name`, which is borrowed. `throw_damaged` never returns.
  ByteReader(const std::string& name, uint64_t offset, std::string_view bytes, ThrowDamaged throw_damaged)
      : name_(&name), offset_(offset), bytes_(bytes), throw_damaged_(throw_damaged) {}

  template <class T>
  T get() {
    static_assert(std::is_integral_v<T> || std::is_enum_v<T>);
    T value;
    std::memcpy(&value, get_bytes(sizeof(T)).data(), sizeof(T));
    return value;
  }
  std::string get_string() { return std::string(get_bytes(get<uint64_t>())); }
  // Returns the next `size` bytes; valid while the bytes that are read live.
  std::string_view get_bytes(uint64_t size) {
    if (size > bytes_.size() - position_) fail("it ends too early");
    position_ += size;
    return bytes_.substr(position_ - size, size);
  }
  // Reads the number of elements that follow, each of at least one byte.
  uint64_t get_count() {
    const auto count = get<uint64_t>();
    if (count > bytes_.size() - position_) fail("a count is out of range");
    return count;
  }
  // Reads an enum of one byte whose values are 0 to `last`.
  template <class Enum>
  Enum get_enum(Enum last) {
    const auto value = get<uint8_t>();
    if (value > static_cast<uint8_t>(last)) fail("a kind is unknown");
    return static_cast<Enum>(value);
  }
  bool at_end() const { return position_ == bytes_.size(); }
  // Throws: damaged here.
  [[noreturn]] void fail(std::string_view what) const;

 private:
  const std::string* name_;
  uint64_t offset_;
  std::string_view bytes_;
  ThrowDamaged throw_damaged_;
  uint64_t position_ = 0;
};

}  // namespace tidemill
