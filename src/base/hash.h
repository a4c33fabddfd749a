// base/hash.h - the engine's hash functions. Rule: frozen. Key groups and checkpoint files depend on every bit, so the
// golden test in tests/unit/base/hash_test.cc may gain lines but never change one.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

namespace tidemill {

constexpr uint32_t kHashVersion = 1;

// Returns a well-mixed hash of a 64-bit value. Source: the finaliser of splitmix64 (Steele, Lea, Flood, OOPSLA 2014).
inline uint64_t hash_integer(uint64_t value) {
  value += 0x9e3779b97f4a7c15ULL;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
  return value ^ (value >> 31);
}

// Returns the hash of two hashes, order-sensitive.
inline uint64_t hash_combine(uint64_t seed, uint64_t hash) {
  return hash_integer(seed ^ (hash + 0x9e3779b97f4a7c15ULL + (seed << 6)));
}

// Returns XXH3_64bits of the bytes (specification: xxHash 0.8, XXH3, stable output).
uint64_t hash_bytes(const void* bytes, size_t size);

}  // namespace tidemill
