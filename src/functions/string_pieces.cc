#include "functions/string_pieces.h"

#include <limits>

#include "base/byte_search.h"
#include "base/utf8.h"

namespace tidemill {
namespace {

// Returns the bytes of the code point at the start of `text` (not empty).
size_t leading_bytes(std::string_view text) {
  if (static_cast<unsigned char>(text.front()) < 0x80) return 1;
  const uint32_t bytes = decode_utf8(text).bytes;
  return bytes == 0 ? 1 : bytes;
}

// Returns the bytes of the code point at the end of `text` (not empty).
size_t trailing_bytes(std::string_view text) {
  size_t bytes = 1;
  while (bytes < 4 && bytes < text.size() && (static_cast<unsigned char>(text[text.size() - bytes]) & 0xc0) == 0x80)
    ++bytes;
  const std::string_view last = text.substr(text.size() - bytes);
  return leading_bytes(last) == bytes ? bytes : 1;
}

bool contains(std::string_view set, std::string_view code_point) {
  while (!set.empty()) {
    const size_t bytes = leading_bytes(set);
    if (set.substr(0, bytes) == code_point) return true;
    set.remove_prefix(bytes);
  }
  return false;
}

}  // namespace

int32_t count_code_points(std::string_view text) {
  const size_t ascii = ascii_prefix(text);
  text.remove_prefix(ascii);
  auto count = static_cast<int32_t>(ascii);
  for (; !text.empty(); ++count) text.remove_prefix(leading_bytes(text));
  return count;
}

size_t byte_of_code_point(std::string_view text, int64_t index) {
  if (index <= 0) return 0;
  size_t at = ascii_prefix(text.substr(0, static_cast<size_t>(index)));
  for (index -= static_cast<int64_t>(at); index > 0 && at < text.size(); --index) at += leading_bytes(text.substr(at));
  return at;
}

std::string_view code_points(std::string_view text, int64_t first, int64_t count) {
  text.remove_prefix(byte_of_code_point(text, first));
  return text.substr(0, byte_of_code_point(text, count));
}

std::string_view sql_substring(std::string_view text, int64_t position, int64_t length) {
  if (position > 0) return code_points(text, position - 1, length);
  if (position == 0) return code_points(text, 0, length);
  const int64_t first = count_code_points(text) + position;
  return first < 0 ? std::string_view() : code_points(text, first, length);
}

int32_t position_of(std::string_view needle, std::string_view text, int32_t from) {
  if (from < 1) return 0;
  const size_t start = byte_of_code_point(text, from - 1);
  const size_t found = text.find(needle, start);
  if (found == std::string_view::npos) return 0;
  return from + count_code_points(text.substr(start, found - start));
}

std::string_view trim_leading(std::string_view text, std::string_view set) {
  while (!text.empty()) {
    const size_t bytes = leading_bytes(text);
    if (!contains(set, text.substr(0, bytes))) break;
    text.remove_prefix(bytes);
  }
  return text;
}

std::string_view trim_trailing(std::string_view text, std::string_view set) {
  while (!text.empty()) {
    const size_t bytes = trailing_bytes(text);
    if (!contains(set, text.substr(text.size() - bytes))) break;
    text.remove_suffix(bytes);
  }
  return text;
}

}  // namespace tidemill
