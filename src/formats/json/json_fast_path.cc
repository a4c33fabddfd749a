#include "formats/json/json_fast_path.h"

#include <array>
#include <cstring>

#include "data/json_text.h"

namespace tidemill {
namespace {

constexpr size_t kFastDepthMax = 64;  // deeper nesting is the slow path's

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
bool is_digit(char c) { return static_cast<unsigned char>(c - '0') <= 9; }

}  // namespace

void JsonFastPath::begin(std::string_view text, std::span<const uint32_t> offsets) {
  text_ = text.data();
  offsets_ = offsets;
  escapes_ = text.find('\\') != std::string_view::npos;
}

[[gnu::always_inline]] inline std::string_view JsonFastPath::token_text(size_t at) const {
  const char* const begin = text_ + offsets_[at];
  const char* end = text_ + offsets_[at + 1];
  while (is_space(end[-1])) --end;  // ends at the token's first byte, which is no space
  return {begin, static_cast<size_t>(end - begin)};
}

// Requires: token `at` is a quote. The next token starts behind the closing one.
[[gnu::always_inline]] inline bool JsonFastPath::read_string(size_t at, JsonToken& token) const {
  const std::string_view quoted = token_text(at);
  token.kind = JsonKind::kString;
  token.text = quoted.substr(1, quoted.size() - 2);
  token.escaped = escapes_ && token.text.find('\\') != std::string_view::npos;
  return !token.escaped || has_valid_json_escapes(token.text);
}

bool JsonFastPath::read_scalar(std::string_view text, JsonToken& token) const {
  token.text = text;
  token.escaped = false;
  const char first = text[0];
  if (first == '-' || is_digit(first)) {
    token.kind = JsonKind::kNumber;
    return is_json_number(text);
  }
  token.kind = first == 't' ? JsonKind::kTrue : first == 'f' ? JsonKind::kFalse : JsonKind::kNull;
  return text == "true" || text == "false" || text == "null";
}

[[gnu::always_inline]] inline bool JsonFastPath::read_key(size_t at, std::string_view& key) const {
  if (text_[offsets_[at]] != '"' || text_[offsets_[at + 1]] != ':') return false;
  JsonToken token;
  if (!read_string(at, token)) return false;
  key = token.text;
  return true;
}

bool JsonFastPath::skip_container(size_t& at) const {
  std::array<char, kFastDepthMax> closing;
  size_t depth = 0;
  std::string_view key;
  do {
    if (at + 1 >= offsets_.size()) return false;
    const char c = text_[offsets_[at]];
    if (c == '{' || c == '[') {
      if (depth == kFastDepthMax) return false;
      closing[depth++] = c == '{' ? '}' : ']';
      ++at;
      if (text_[offsets_[at]] != closing[depth - 1]) {
        if (c == '{') {
          if (at + 2 >= offsets_.size() || !read_key(at, key)) return false;
          at += 2;
        }
        continue;  // the first value
      }
    } else {
      JsonToken token;
      if (!(c == '"' ? read_string(at, token) : read_scalar(token_text(at), token))) return false;
      ++at;
    }
    // A value has ended: close what ends here, up to the next value.
    while (depth > 0) {
      if (at >= offsets_.size()) return false;
      const char next = text_[offsets_[at]];
      if (next == closing[depth - 1]) {
        ++at;
        --depth;
        continue;
      }
      if (next != ',') return false;
      ++at;
      if (closing[depth - 1] == '}') {
        if (at + 2 >= offsets_.size() || !read_key(at, key)) return false;
        at += 2;
      }
      break;
    }
  } while (depth > 0);
  return true;
}

bool JsonFastPath::read_value(size_t& at, JsonToken& token) const {
  const char c = text_[offsets_[at]];
  if (c == '"') return read_string(at++, token);
  if (c != '{' && c != '[') return read_scalar(token_text(at++), token);
  const char* const begin = text_ + offsets_[at];
  if (!skip_container(at)) return false;
  token = {c == '{' ? JsonKind::kObject : JsonKind::kArray,
           false,
           {begin, static_cast<size_t>(text_ + offsets_[at - 1] + 1 - begin)}};
  return true;
}

[[gnu::always_inline]] inline bool JsonFastPath::skip_value(size_t& at) const {
  // The index has found the end of a string, and what may not stand in it.
  if (text_[offsets_[at]] == '"' && !escapes_) {
    ++at;
    return true;
  }
  // Most numbers are digits up to the next token.
  const char* next = text_ + offsets_[at];
  const char* const end = text_ + offsets_[at + 1];
  if (*next != '0') {
    while (next != end && is_digit(*next)) ++next;
    if (next == end) {
      ++at;
      return true;
    }
  }
  JsonToken token;
  return read_value(at, token);
}

bool JsonFastPath::read_into(size_t& at, int32_t column) {
  marks_.mark(column);
  const int32_t row = rows_.num_rows();
  ColumnFiller& filler = rows_.column(column);
  if (filler.type().kind == TypeKind::kBigInt && set_plain_number(at, filler, row)) return true;
  JsonToken token;
  if (!read_value(at, token)) return false;
  if (token.kind == JsonKind::kString && !token.escaped && filler.type().is_character()) {
    filler.set_text(row, token.text);
    return true;
  }
  return set_from_json(filler, row, token, form_) == ValueStatus::kOk;
}

// Sets a whole number that needs no second look: checked and converted in one go.
bool JsonFastPath::set_plain_number(size_t& at, ColumnFiller& filler, int32_t row) const {
  constexpr ptrdiff_t kSafeDigits = 18;  // as many always fit 64 bits
  const char* next = text_ + offsets_[at];
  const char* const end = text_ + offsets_[at + 1];
  const bool negative = *next == '-';
  next += negative ? 1 : 0;
  if (end - next > kSafeDigits || next == end || (*next == '0' && end - next > 1)) return false;
  int64_t number = 0;
  for (; next != end; ++next) {
    if (!is_digit(*next)) return false;
    number = number * 10 + (*next - '0');
  }
  filler.set(row, negative ? -number : number);
  ++at;
  return true;
}

bool JsonFastPath::read_object(size_t& at) {
  marks_.begin_row();
  size_t i = at + 1;
  if (i >= offsets_.size()) return false;
  if (text_[offsets_[i]] == '}') {
    at = i + 1;
    return true;
  }
  for (size_t place = 0;; ++place) {
    // A member is a key, a colon and a value, and something follows it.
    std::string_view key;
    if (i + 3 >= offsets_.size() || !read_key(i, key)) return false;
    const int32_t column = keys_.find(key, place);
    i += 2;
    if (!(column == JsonKeys::kNone ? skip_value(i) : read_into(i, column))) return false;
    if (i >= offsets_.size()) return false;
    const char next = text_[offsets_[i++]];
    if (next == '}') break;
    if (next != ',') return false;
  }
  at = i;
  return true;
}

}  // namespace tidemill
