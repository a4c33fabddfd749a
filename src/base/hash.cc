#include "base/hash.h"

#include "base/long_hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace tidemill {
namespace {

constexpr size_t kShortBytes = 1024;  // up to here a call that chooses costs what it saves

}  // namespace

uint64_t hash_bytes(const void* bytes, size_t size) {
  return size <= kShortBytes ? XXH3_64bits(bytes, size) : hash_long_bytes(bytes, size);
}

}  // namespace tidemill
