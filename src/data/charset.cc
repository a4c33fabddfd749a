#include "data/charset.h"

#include <cstdint>

#include "base/utf8.h"
#include "data/utf8.h"
#include "data/value_text.h"

namespace tidemill {
namespace {

constexpr char32_t kReplacement = 0xFFFD;
constexpr char32_t kByteOrderMarkPoint = 0xFEFF;

struct CharsetName {
  std::string_view name;  // upper case
  Charset charset;
};
constexpr CharsetName kNames[] = {
    {"UTF-8", Charset::kUtf8},
    {"UTF8", Charset::kUtf8},
    {"UTF-16", Charset::kUtf16},
    {"UTF16", Charset::kUtf16},
    {"UTF-16BE", Charset::kUtf16BigEndian},
    {"UTF-16LE", Charset::kUtf16LittleEndian},
    {"ISO-8859-1", Charset::kLatin1},
    {"ISO8859_1", Charset::kLatin1},
    {"ISO8859-1", Charset::kLatin1},
    {"LATIN1", Charset::kLatin1},
    {"US-ASCII", Charset::kAscii},
    {"ASCII", Charset::kAscii},
};

void append_unit(std::string& bytes, uint32_t unit, bool big_endian) {
  const char high = static_cast<char>(unit >> 8), low = static_cast<char>(unit & 0xff);
  bytes += big_endian ? high : low;
  bytes += big_endian ? low : high;
}

void append_utf16(std::string& bytes, char32_t point, bool big_endian) {
  if (point < 0x10000) return append_unit(bytes, point, big_endian);
  append_unit(bytes, 0xD800 + ((point - 0x10000) >> 10), big_endian);
  append_unit(bytes, 0xDC00 + ((point - 0x10000) & 0x3FF), big_endian);
}

void append_point(std::string& bytes, char32_t point, Charset charset) {
  switch (charset) {
    case Charset::kUtf8:
      return append_utf8(bytes, point);
    case Charset::kUtf16:
    case Charset::kUtf16BigEndian:
      return append_utf16(bytes, point, true);
    case Charset::kUtf16LittleEndian:
      return append_utf16(bytes, point, false);
    case Charset::kLatin1:
      bytes += point <= 0xFF ? static_cast<char>(point) : '?';
      return;
    case Charset::kAscii:
      bytes += point <= 0x7F ? static_cast<char>(point) : '?';
      return;
  }
}

void append_from_utf16(std::string& text, std::string_view bytes, bool big_endian) {
  const auto unit_at = [&](size_t i) {
    const auto first = static_cast<unsigned char>(bytes[i]), second = static_cast<unsigned char>(bytes[i + 1]);
    return static_cast<char32_t>(big_endian ? first << 8 | second : second << 8 | first);
  };
  size_t i = 0;
  for (; i + 1 < bytes.size(); i += 2) {
    char32_t point = unit_at(i);
    const bool high = point >= 0xD800 && point < 0xDC00;
    if (high && i + 3 < bytes.size() && unit_at(i + 2) >= 0xDC00 && unit_at(i + 2) < 0xE000) {
      point = 0x10000 + ((point - 0xD800) << 10) + (unit_at(i + 2) - 0xDC00);
      i += 2;
    }
    append_utf8(text, is_unicode_scalar(point) ? point : kReplacement);
  }
  if (i < bytes.size()) append_utf8(text, kReplacement);
}

}  // namespace

std::optional<Charset> find_charset(std::string_view name) {
  std::string upper(name);
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  for (const CharsetName& known : kNames) {
    if (known.name == upper) return known.charset;
  }
  return std::nullopt;
}

void append_in_charset(std::string& bytes, std::string_view text, Charset charset) {
  if (charset == Charset::kUtf16 && !text.empty()) append_utf16(bytes, kByteOrderMarkPoint, true);
  while (!text.empty()) {
    const Utf8CodePoint point = decode_utf8(text);
    append_point(bytes, point.bytes == 0 ? U'?' : point.value, charset);
    text.remove_prefix(point.bytes == 0 ? 1 : point.bytes);
  }
}

void append_from_charset(std::string& text, std::string_view bytes, Charset charset) {
  if (charset == Charset::kUtf8) return append_valid_utf8(text, bytes);
  if (charset == Charset::kUtf16 && bytes.starts_with("\xFF\xFE"))
    return append_from_utf16(text, bytes.substr(2), false);
  if (charset == Charset::kUtf16 && bytes.starts_with("\xFE\xFF"))
    return append_from_utf16(text, bytes.substr(2), true);
  if (charset == Charset::kUtf16 || charset == Charset::kUtf16BigEndian) return append_from_utf16(text, bytes, true);
  if (charset == Charset::kUtf16LittleEndian) return append_from_utf16(text, bytes, false);
  const unsigned char last = charset == Charset::kAscii ? 0x7F : 0xFF;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    append_utf8(text, byte <= last ? static_cast<char32_t>(byte) : kReplacement);
  }
}

}  // namespace tidemill
