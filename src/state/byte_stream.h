// state/byte_stream.h - little-endian numbers and strings to and from bytes. Rule: reading past the end is an error of
// the file, told with its name and offset, never a crash.
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
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

class ByteReader {
 public:
  // `offset` is where `bytes` start in the part called `name`.
  ByteReader(const std::string& name, uint64_t offset, std::string_view bytes)
      : name_(&name), offset_(offset), bytes_(bytes) {}

  template <class T>
  T get() {
    static_assert(std::is_integral_v<T> || std::is_enum_v<T>);
    T value;
    std::memcpy(&value, take(sizeof(T)).data(), sizeof(T));
    return value;
  }
  std::string get_string() { return std::string(take(get<uint64_t>())); }
  // Reads the number of elements that follow, each of at least one byte.
  uint64_t get_count() {
    const auto count = get<uint64_t>();
    if (count > bytes_.size() - position_) fail("a count is out of range");
    return count;
  }
  bool at_end() const { return position_ == bytes_.size(); }
  // Throws UserError: this part is damaged here.
  [[noreturn]] void fail(std::string_view what) const;

 private:
  std::string_view take(uint64_t size) {
    if (size > bytes_.size() - position_) fail("it ends too early");
    position_ += size;
    return bytes_.substr(position_ - size, size);
  }

  const std::string* name_;
  uint64_t offset_;
  std::string_view bytes_;
  uint64_t position_ = 0;
};

// Throws UserError: a part of a checkpoint is damaged at this offset.
[[noreturn]] void throw_damaged(const std::string& part, uint64_t offset, std::string_view what);

}  // namespace tidemill
