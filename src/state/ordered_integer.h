// state/ordered_integer.h - a number as eight bytes that memcmp orders as numbers are ordered. Rule: frozen, for
// sub-keys in checkpoints hold it: big-endian, the sign bit flipped.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace tidemill {

constexpr size_t kOrderedIntegerBytes = 8;

inline void append_ordered_integer(int64_t number, std::string& out) {
  const uint64_t bits = static_cast<uint64_t>(number) ^ (uint64_t{1} << 63);
  for (int32_t shift = 56; shift >= 0; shift -= 8)
    out.push_back(static_cast<char>(static_cast<uint8_t>(bits >> shift)));
}

// Returns the number that `bytes` begin with. Requires: append_ordered_integer() made them.
inline int64_t ordered_integer(std::string_view bytes) {
  uint64_t bits = 0;
  for (size_t i = 0; i < kOrderedIntegerBytes; ++i) bits = bits << 8 | static_cast<uint8_t>(bytes[i]);
  return static_cast<int64_t>(bits ^ (uint64_t{1} << 63));
}

}  // namespace tidemill
