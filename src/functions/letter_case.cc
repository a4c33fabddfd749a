#include "functions/letter_case.h"

#include "base/utf8.h"

namespace tidemill {
namespace {

constexpr char32_t kSharpS = 0xdf;

// A run of letters in pairs: upper + distance = lower. `alternating`: upper and lower stand in turns.
struct CaseRange {
  char32_t first_upper;
  char32_t last_upper;
  int32_t distance;
  bool alternating;
};

// From UnicodeData.txt (Unicode 15), simple mappings.
constexpr CaseRange kRanges[] = {
    {'A', 'Z', 32, false},     {0xc0, 0xd6, 32, false},   {0xd8, 0xde, 32, false},   {0x100, 0x12e, 1, true},
    {0x132, 0x136, 1, true},   {0x139, 0x147, 1, true},   {0x14a, 0x176, 1, true},   {0x179, 0x17d, 1, true},
    {0x386, 0x386, 38, false}, {0x388, 0x38a, 37, false}, {0x38c, 0x38c, 64, false}, {0x38e, 0x38f, 63, false},
    {0x391, 0x3a1, 32, false}, {0x3a3, 0x3ab, 32, false}, {0x400, 0x40f, 80, false}, {0x410, 0x42f, 32, false},
    {0x460, 0x480, 1, true},   {0x48a, 0x4be, 1, true},   {0x4d0, 0x52e, 1, true},   {0x1e00, 0x1e94, 1, true},
    {0x1ea0, 0x1efe, 1, true},
};

char32_t shifted(char32_t code_point, int32_t distance) {
  return static_cast<char32_t>(static_cast<int32_t>(code_point) + distance);
}

// Calls append(out, code point) for each code point; bytes that are not UTF-8 are kept.
template <class Append>
void map_code_points(std::string& out, std::string_view text, Append append) {
  while (!text.empty()) {
    const Utf8CodePoint next = decode_utf8(text);
    if (next.bytes == 0) {
      out += text.front();
      text.remove_prefix(1);
    } else {
      append(out, next.value);
      text.remove_prefix(next.bytes);
    }
  }
}

}  // namespace

char32_t to_upper(char32_t code_point) {
  if (code_point == 0xff) return 0x178;   // ÿ
  if (code_point == 0x3c2) return 0x3a3;  // final sigma
  for (const CaseRange& range : kRanges) {
    const char32_t first = shifted(range.first_upper, range.distance);
    const char32_t last = shifted(range.last_upper, range.distance);
    if (code_point < first || code_point > last) continue;
    if (range.alternating && (code_point - first) % 2 != 0) continue;
    return shifted(code_point, -range.distance);
  }
  return code_point;
}

char32_t to_lower(char32_t code_point) {
  if (code_point == 0x178) return 0xff;
  for (const CaseRange& range : kRanges) {
    if (code_point < range.first_upper || code_point > range.last_upper) continue;
    if (range.alternating && (code_point - range.first_upper) % 2 != 0) continue;
    return shifted(code_point, range.distance);
  }
  return code_point;
}

void append_upper(std::string& out, std::string_view text) {
  map_code_points(out, text,
                  [](std::string& to, char32_t c) { c == kSharpS ? void(to += "SS") : append_utf8(to, to_upper(c)); });
}

void append_lower(std::string& out, std::string_view text) {
  map_code_points(out, text, [](std::string& to, char32_t c) { append_utf8(to, to_lower(c)); });
}

void append_capitalised(std::string& out, std::string_view text) {
  bool in_word = false;
  for (const char c : text) {
    const bool is_upper = c >= 'A' && c <= 'Z', is_lower = c >= 'a' && c <= 'z';
    if (is_lower && !in_word) {
      out += static_cast<char>(c - 'a' + 'A');
    } else if (is_upper && in_word) {
      out += static_cast<char>(c - 'A' + 'a');
    } else {
      out += c;
    }
    in_word = is_upper || is_lower || (c >= '0' && c <= '9');
  }
}

}  // namespace tidemill
