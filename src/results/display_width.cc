#include "results/display_width.h"

namespace tidemill {
namespace {

struct Decoded {
  uint32_t code_point;
  size_t bytes;
};

// Decodes one code point; a broken sequence is one byte.
Decoded decode(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  size_t length = 1;
  if (lead >= 0xf0) {
    length = 4;
  } else if (lead >= 0xe0) {
    length = 3;
  } else if (lead >= 0xc0) {
    length = 2;
  }
  if (length == 1 || text.size() < length) return {lead, 1};
  uint32_t code_point = lead & (0xffu >> (length + 1));
  for (size_t i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xc0) != 0x80) return {lead, 1};
    code_point = code_point << 6 | (next & 0x3f);
  }
  return {code_point, length};
}

bool is_combining(uint32_t c) {
  return (c >= 0x300 && c <= 0x36f) || (c >= 0x200b && c <= 0x200f) || (c >= 0xfe00 && c <= 0xfe0f);
}

bool is_wide(uint32_t c) {
  return (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) || (c >= 0xac00 && c <= 0xd7a3) ||
         (c >= 0xf900 && c <= 0xfaff) || (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) ||
         (c >= 0xffe0 && c <= 0xffe6) || (c >= 0x1f300 && c <= 0x1faff) || (c >= 0x20000 && c <= 0x3fffd);
}

}  // namespace

int32_t display_width(std::string_view text) {
  int32_t width = 0;
  while (!text.empty()) {
    const auto [code_point, bytes] = decode(text);
    text.remove_prefix(bytes);
    if (!is_combining(code_point)) width += is_wide(code_point) ? 2 : 1;
  }
  return width;
}

}  // namespace tidemill
