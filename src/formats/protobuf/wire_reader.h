// formats/protobuf/wire_reader.h - the wire format of Protocol Buffers, a field at a time. Rule: every read is checked
// against the end of the bytes; a false return means that they are no message, and then nothing may be read any more.
#pragma once
#include <cstdint>
#include <string_view>

namespace tidemill {

enum class WireType : uint8_t {
  kVarint = 0,
  kFixed64 = 1,
  kBytes = 2,  // of a length: text, bytes, messages, packed numbers
  kGroupStart = 3,
  kGroupEnd = 4,
  kFixed32 = 5,
};

constexpr int32_t kProtobufGroupDepthMax = 100;  // groups in groups that are passed over, as protobuf's own limit

class WireReader {
 public:
  explicit WireReader(std::string_view bytes)
      : begin_(bytes.data()), at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  bool at_end() const { return at_ == end_; }
  // Bytes read so far.
  size_t position() const { return static_cast<size_t>(at_ - begin_); }

  // Reads what a field starts with. Its number is 1 to 2^29 - 1.
  [[nodiscard]] bool read_tag(uint32_t& number, WireType& type);
  [[nodiscard]] bool read_varint(uint64_t& value) {
    if (at_ < end_ && static_cast<signed char>(*at_) >= 0) [[likely]] {
      value = static_cast<unsigned char>(*at_++);
      return true;
    }
    return read_long_varint(value);
  }
  [[nodiscard]] bool read_fixed32(uint64_t& value);
  [[nodiscard]] bool read_fixed64(uint64_t& value);
  [[nodiscard]] bool read_bytes(std::string_view& bytes);
  // Reads a number of this type. Requires: kVarint, kFixed32 or kFixed64.
  [[nodiscard]] bool read_number(WireType type, uint64_t& value);
  // Passes over the value of a field whose tag was read.
  [[nodiscard]] bool skip(uint32_t number, WireType type) { return skip_value(number, type, 0); }

 private:
  bool read_long_varint(uint64_t& value);
  bool skip_value(uint32_t number, WireType type, int32_t depth);
  size_t left() const { return static_cast<size_t>(end_ - at_); }

  const char* begin_;
  const char* at_;
  const char* end_;
};

}  // namespace tidemill
