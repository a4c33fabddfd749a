// data/java_hash.h - hashCode of Java's values. Rule: for what Flink shows of them: the order of a HashMap, %h of
// PRINTF.
#pragma once
#include <bit>
#include <cstdint>
#include <string_view>

namespace tidemill {

// Of a String: over UTF-16 units. Requires: UTF-8.
uint32_t java_hash(std::string_view text);
inline uint32_t java_hash(bool value) { return value ? 1231 : 1237; }
// Of a Long. Smaller integers are their own.
inline uint32_t java_hash_long(int64_t value) {
  const auto bits = static_cast<uint64_t>(value);
  return static_cast<uint32_t>(bits ^ bits >> 32);
}
inline uint32_t java_hash(double value) {
  return value != value ? 0x7ff80000 : java_hash_long(std::bit_cast<int64_t>(value));
}
inline uint32_t java_hash(float value) { return value != value ? 0x7fc00000 : std::bit_cast<uint32_t>(value); }

}  // namespace tidemill
