#include "formats/raw/charset.h"

#include <algorithm>
#include <utility>

#include "base/utf8.h"

namespace tidemill {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

constexpr std::pair<std::string_view, Charset> kNames[] = {
    {"UTF-8", Charset::kUtf8},
    {"UTF8", Charset::kUtf8},
    {"US-ASCII", Charset::kAscii},
    {"ASCII", Charset::kAscii},
    {"ISO-8859-1", Charset::kLatin1},
    {"ISO8859_1", Charset::kLatin1},
    {"LATIN1", Charset::kLatin1},
    {"UTF-16", Charset::kUtf16},
    {"UTF-16BE", Charset::kUtf16BigEndian},
    {"UTF-16LE", Charset::kUtf16LittleEndian},
};

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

char32_t unit_at(std::string_view bytes, size_t at, bool big_endian) {
  const auto first = static_cast<unsigned char>(bytes[at]);
  const auto second = static_cast<unsigned char>(bytes[at + 1]);
  return big_endian ? char32_t{first} << 8 | second : char32_t{second} << 8 | first;
}

bool is_high_surrogate(char32_t unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool is_low_surrogate(char32_t unit) { return unit >= 0xDC00 && unit < 0xE000; }

void append_utf16_as_utf8(std::string_view bytes, bool big_endian, std::string& out) {
  size_t at = 0;
  while (at + 2 <= bytes.size()) {
    const char32_t unit = unit_at(bytes, at, big_endian);
    at += 2;
    if (is_high_surrogate(unit) && at + 2 <= bytes.size() && is_low_surrogate(unit_at(bytes, at, big_endian))) {
      append_utf8(out, 0x10000 + ((unit - 0xD800) << 10) + (unit_at(bytes, at, big_endian) - 0xDC00));
      at += 2;
    } else {
      append_utf8(out, is_unicode_scalar(unit) ? unit : kReplacement);
    }
  }
  if (at < bytes.size()) append_utf8(out, kReplacement);
}

void append_unit(std::string& out, char32_t unit, bool big_endian) {
  const char high = static_cast<char>(unit >> 8), low = static_cast<char>(unit & 0xFF);
  out += big_endian ? high : low;
  out += big_endian ? low : high;
}

void append_in_utf16(char32_t code_point, bool big_endian, std::string& out) {
  if (code_point < 0x10000) return append_unit(out, code_point, big_endian);
  append_unit(out, 0xD800 + ((code_point - 0x10000) >> 10), big_endian);
  append_unit(out, 0xDC00 + ((code_point - 0x10000) & 0x3FF), big_endian);
}

}  // namespace

std::optional<Charset> find_charset(std::string_view name) {
  for (const auto& [known, charset] : kNames)
    if (std::ranges::equal(name, known, {}, upper)) return charset;
  return std::nullopt;
}

std::string_view charset_names() { return "UTF-8, ISO-8859-1, US-ASCII, UTF-16, UTF-16BE, UTF-16LE"; }

void append_as_utf8(std::string_view bytes, Charset charset, std::string& out) {
  if (is_utf16(charset)) {
    bool big_endian = charset != Charset::kUtf16LittleEndian;
    if (charset == Charset::kUtf16 && (bytes.starts_with("\xFE\xFF") || bytes.starts_with("\xFF\xFE"))) {
      big_endian = bytes.front() == '\xFE';
      bytes.remove_prefix(2);
    }
    return append_utf16_as_utf8(bytes, big_endian, out);
  }
  for (const char c : bytes) {
    const auto code_point = static_cast<unsigned char>(c);
    append_utf8(out, charset == Charset::kAscii && code_point > 0x7F ? kReplacement : char32_t{code_point});
  }
}

void append_in_charset(std::string_view utf8, Charset charset, std::string& out) {
  const bool big_endian = charset != Charset::kUtf16LittleEndian;
  const char32_t last = charset == Charset::kAscii ? 0x7F : 0xFF;
  if (charset == Charset::kUtf16 && !utf8.empty()) append_unit(out, 0xFEFF, true);
  while (!utf8.empty()) {
    const Utf8CodePoint point = decode_utf8(utf8);
    const char32_t value = point.bytes == 0 ? kReplacement : point.value;
    utf8.remove_prefix(std::max<size_t>(point.bytes, 1));
    if (is_utf16(charset)) {
      append_in_utf16(value, big_endian, out);
    } else {
      out += value <= last ? static_cast<char>(value) : '?';
    }
  }
}

}  // namespace tidemill
