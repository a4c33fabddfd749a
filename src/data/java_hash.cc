#include "data/java_hash.h"

#include <algorithm>

#include "data/utf8.h"

namespace tidemill {

uint32_t java_hash(std::string_view text) {
  uint32_t hash = 0;
  while (!text.empty()) {
    const size_t length = utf8_sequence(text);
    uint32_t code = static_cast<uint8_t>(text.front());
    if (length > 1) code &= 0x7Fu >> length;
    for (size_t i = 1; i < length; ++i) code = code << 6 | (static_cast<uint8_t>(text[i]) & 0x3Fu);
    if (code >= 0x10000) {
      hash = hash * 31 + (0xD800 + ((code - 0x10000) >> 10));
      code = 0xDC00 + ((code - 0x10000) & 0x3FF);
    }
    hash = hash * 31 + code;
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  return hash;
}

}  // namespace tidemill
