// base/long_hash.h - XXH3 of long inputs. Rule: hash.cc calls it; all others call hash_bytes().
#pragma once
#include <cstddef>
#include <cstdint>

namespace tidemill {

// Returns what hash_bytes() does, faster where there are more than a few hundred bytes.
uint64_t hash_long_bytes(const void* bytes, size_t size);

}  // namespace tidemill
