#include "formats/protobuf/wire_reader.h"

#include <cstring>

namespace tidemill {

bool WireReader::read_long_varint(uint64_t& value) {
  value = 0;
  for (uint32_t shift = 0; shift < 70; shift += 7) {
    if (at_ == end_) return false;
    const auto byte = static_cast<unsigned char>(*at_++);
    if (shift < 64) value |= uint64_t{byte & 0x7Fu} << shift;
    if (byte < 0x80) return true;
  }
  return false;  // more than ten bytes
}

bool WireReader::read_tag(uint32_t& number, WireType& type) {
  uint64_t tag = 0;
  if (!read_varint(tag) || tag > UINT32_MAX) return false;
  number = static_cast<uint32_t>(tag >> 3);
  if (number == 0 || (tag & 7) > 5) return false;
  type = static_cast<WireType>(tag & 7);
  return true;
}

bool WireReader::read_fixed32(uint64_t& value) {
  if (left() < sizeof(uint32_t)) return false;
  uint32_t bits;
  std::memcpy(&bits, at_, sizeof(bits));
  at_ += sizeof(bits);
  value = bits;
  return true;
}

bool WireReader::read_fixed64(uint64_t& value) {
  if (left() < sizeof(value)) return false;
  std::memcpy(&value, at_, sizeof(value));
  at_ += sizeof(value);
  return true;
}

bool WireReader::read_bytes(std::string_view& bytes) {
  uint64_t size = 0;
  if (!read_varint(size) || size > left()) return false;
  bytes = {at_, static_cast<size_t>(size)};
  at_ += size;
  return true;
}

bool WireReader::read_number(WireType type, uint64_t& value) {
  if (type == WireType::kVarint) return read_varint(value);
  return type == WireType::kFixed32 ? read_fixed32(value) : read_fixed64(value);
}

bool WireReader::skip_value(uint32_t number, WireType type, int32_t depth) {
  uint64_t value = 0;
  std::string_view bytes;
  if (type == WireType::kBytes) return read_bytes(bytes);
  if (type == WireType::kGroupEnd || depth == kProtobufGroupDepthMax) return false;
  if (type != WireType::kGroupStart) return read_number(type, value);
  for (;;) {
    uint32_t inner = 0;
    WireType inner_type{};
    if (!read_tag(inner, inner_type)) return false;
    if (inner_type == WireType::kGroupEnd) return inner == number;
    if (!skip_value(inner, inner_type, depth + 1)) return false;
  }
}

}  // namespace tidemill
