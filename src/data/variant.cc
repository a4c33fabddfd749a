#include "data/variant.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "base/int128.h"
#include "data/decimal.h"
#include "data/json_text.h"
#include "data/number_text.h"
#include "data/packed.h"
#include "data/utf8.h"

namespace tidemill {
namespace {

constexpr size_t kNumberBytes = sizeof(uint32_t);  // of a count, of an end

void put_kind(std::string& out, VariantKind kind) { out += static_cast<char>(kind); }

class Parser {
 public:
  Parser(std::string_view json, bool allow_duplicate_keys)
      : json_(json), scanner_(json), allow_duplicate_keys_(allow_duplicate_keys) {}

  bool append(std::string& out, int32_t depth) {
    switch (scanner_.peek()) {
      case '{':
        return depth < kJsonDepthMax ? append_object(out, depth) : fail("it is nested too deeply");
      case '[':
        return depth < kJsonDepthMax ? append_array(out, depth) : fail("it is nested too deeply");
      default:
        break;
    }
    const auto token = scanner_.value();
    return token && append_scalar(*token, out);
  }
  bool append_scalar(const JsonToken& token, std::string& out) {
    switch (token.kind) {
      case JsonKind::kNull:
        put_kind(out, VariantKind::kNull);
        return true;
      case JsonKind::kTrue:
        put_kind(out, VariantKind::kTrue);
        return true;
      case JsonKind::kFalse:
        put_kind(out, VariantKind::kFalse);
        return true;
      case JsonKind::kNumber:
        append_number(token.text, out);
        return true;
      default:
        put_kind(out, VariantKind::kString);
        return append_json_unescaped(token.text, out) || fail("an escape that JSON has not");
    }
  }
  JsonSyntaxError error() const { return scanner_.error() != nullptr ? *scanner_.error() : own_error_; }

 private:
  bool fail(std::string message) {
    own_error_ = {scanner_.offset(), std::move(message)};
    return false;
  }

  bool append_array(std::string& out, int32_t depth) {
    std::string elements;
    std::vector<uint32_t> ends;
    scanner_.enter('[');
    while (scanner_.next_element()) {
      if (!append(elements, depth + 1)) return false;
      ends.push_back(static_cast<uint32_t>(elements.size()));
      scanner_.resume(scanner_.offset());
    }
    if (scanner_.error() != nullptr) return false;
    put_kind(out, VariantKind::kArray);
    put_packed(out, static_cast<uint32_t>(ends.size()));
    for (const uint32_t end : ends) put_packed(out, end);
    out += elements;
    return true;
  }

  bool append_object(std::string& out, int32_t depth) {
    std::vector<std::pair<std::string, std::string>> members;
    scanner_.enter('{');
    while (const auto token = scanner_.next_key()) {
      auto& [key, value] = members.emplace_back();
      append_json_unescaped(token->text, key);
      if (!append(value, depth + 1)) return false;
      scanner_.resume(scanner_.offset());
    }
    if (scanner_.error() != nullptr || !sort(members)) return false;
    put_kind(out, VariantKind::kObject);
    put_packed(out, static_cast<uint32_t>(members.size()));
    uint32_t end = 0;
    for (const auto& member : members) put_packed(out, end += static_cast<uint32_t>(member.first.size()));
    end = 0;
    for (const auto& member : members) put_packed(out, end += static_cast<uint32_t>(member.second.size()));
    for (const auto& member : members) out += member.first;
    for (const auto& member : members) out += member.second;
    return true;
  }

  // Sorts by key; of equal ones the last stays.
  bool sort(std::vector<std::pair<std::string, std::string>>& members) {
    std::ranges::stable_sort(members, {}, &std::pair<std::string, std::string>::first);
    size_t kept = 0;
    for (size_t i = 0; i < members.size(); ++i) {
      const bool last = i + 1 == members.size() || members[i + 1].first != members[i].first;
      if (!last && !allow_duplicate_keys_) return fail(fmt::format("the key '{}' comes twice", members[i].first));
      if (!last) continue;
      if (kept != i) members[kept] = std::move(members[i]);
      ++kept;
    }
    members.resize(kept);
    return true;
  }

  static void append_number(std::string_view text, std::string& out) {
    if (!append_decimal_number(text, out)) {
      put_kind(out, VariantKind::kDouble);
      put_packed(out, parse_double(text).value_or(0));
    }
  }

  // Appends a whole number or a decimal; false where it has an exponent or more digits than a decimal holds.
  static bool append_decimal_number(std::string_view text, std::string& out) {
    int32_t digits = 0, scale = 0;
    int128 unscaled = 0;
    bool fraction = false;
    for (const char c : text.substr(text.front() == '-' ? 1 : 0)) {
      if (c == '.') {
        fraction = true;
        continue;
      }
      if (c < '0' || c > '9') return false;
      digits += digits > 0 || c != '0' ? 1 : 0;
      scale += fraction ? 1 : 0;
      if (digits > kDecimalPrecisionMax || scale > kDecimalPrecisionMax) return false;
      unscaled = unscaled * 10 + (c - '0');
    }
    for (; scale > 0 && unscaled % 10 == 0; --scale) unscaled /= 10;
    if (text.front() == '-') unscaled = -unscaled;
    if (scale == 0 && unscaled == static_cast<int64_t>(unscaled)) {
      put_kind(out, VariantKind::kWhole);
      put_packed(out, static_cast<int64_t>(unscaled));
      return true;
    }
    put_kind(out, VariantKind::kDecimal);
    out += static_cast<char>(scale);
    put_packed(out, unscaled);
    return true;
  }

  std::string_view json_;
  JsonScanner scanner_;
  bool allow_duplicate_keys_;
  JsonSyntaxError own_error_;
};

// The parts of an array or object.
class Parts {
 public:
  explicit Parts(std::string_view variant)
      : object_(variant_kind(variant) == VariantKind::kObject),
        count_(get_packed<uint32_t>(variant.substr(1))),
        ends_(variant.substr(1 + kNumberBytes)) {
    const size_t numbers = size_t{count_} * (object_ ? 2 : 1) * kNumberBytes;
    CHECK(ends_.size() >= numbers);
    keys_ = ends_.substr(numbers);
    values_ = object_ ? keys_.substr(end(count_)) : keys_;
  }

  uint32_t count() const { return count_; }
  std::string_view key(uint32_t index) const { return piece(keys_, 0, index); }
  std::string_view value(uint32_t index) const { return piece(values_, object_ ? count_ : 0, index); }

 private:
  // Returns the end of piece number - 1 of the keys (of all pieces: keys, then values).
  uint32_t end(uint32_t number) const {
    return number == 0 ? 0 : get_packed<uint32_t>(ends_.substr((size_t{number} - 1) * kNumberBytes));
  }
  std::string_view piece(std::string_view bytes, uint32_t first, uint32_t index) const {
    const uint32_t begin = index == 0 ? 0 : end(first + index);
    return bytes.substr(begin, end(first + index + 1) - begin);
  }

  bool object_;
  uint32_t count_;
  std::string_view ends_, keys_, values_;
};

// Checks that `count` ends from number `first` on do not fall and stay in `size` bytes.
bool ends_rise(std::string_view ends, size_t first, uint32_t count, size_t size, uint32_t& last) {
  last = 0;
  for (size_t i = 0; i < count; ++i) {
    const auto end = get_packed<uint32_t>(ends.substr((first + i) * kNumberBytes));
    if (end < last || end > size) return false;
    last = end;
  }
  return true;
}

bool is_valid(std::string_view bytes, int32_t depth);

bool is_valid_container(std::string_view bytes, int32_t depth) {
  if (bytes.size() < 1 + kNumberBytes || depth >= kJsonDepthMax) return false;
  const bool object = variant_kind(bytes) == VariantKind::kObject;
  const auto count = get_packed<uint32_t>(bytes.substr(1));
  const std::string_view ends = bytes.substr(1 + kNumberBytes);
  const size_t numbers = size_t{count} * (object ? 2 : 1) * kNumberBytes;
  if (ends.size() < numbers) return false;
  const size_t size = ends.size() - numbers;
  uint32_t keys = 0, values = 0;
  if (object && !ends_rise(ends, 0, count, size, keys)) return false;
  if (!ends_rise(ends, object ? count : 0, count, size - keys, values) || keys + size_t{values} != size) return false;
  const Parts parts(bytes);
  for (uint32_t i = 0; i < count; ++i) {
    if (object && i > 0 && parts.key(i - 1) >= parts.key(i)) return false;
    if (object && !is_valid_utf8(parts.key(i))) return false;
    if (!is_valid(parts.value(i), depth + 1)) return false;
  }
  return true;
}

bool is_valid(std::string_view bytes, int32_t depth) {
  if (bytes.empty() || static_cast<uint8_t>(bytes.front()) > static_cast<uint8_t>(VariantKind::kObject)) return false;
  const std::string_view body = bytes.substr(1);
  switch (variant_kind(bytes)) {
    case VariantKind::kNull:
    case VariantKind::kFalse:
    case VariantKind::kTrue:
      return body.empty();
    case VariantKind::kWhole:
      return body.size() == sizeof(int64_t);
    case VariantKind::kDecimal:
      return body.size() == 1 + sizeof(int128) && body.front() >= 0 && body.front() <= kDecimalPrecisionMax &&
             fits_decimal(get_packed<int128>(body.substr(1)), kDecimalPrecisionMax);
    case VariantKind::kDouble:
      return body.size() == sizeof(double);
    case VariantKind::kString:
      return is_valid_utf8(body);
    case VariantKind::kArray:
    case VariantKind::kObject:
      return is_valid_container(bytes, depth);
  }
  return false;
}

}  // namespace

std::optional<JsonSyntaxError> append_variant(std::string_view json, bool allow_duplicate_keys, std::string& out) {
  Parser parser(json, allow_duplicate_keys);
  if (parser.append(out, 0)) return std::nullopt;
  return parser.error();
}

std::optional<JsonSyntaxError> append_variant(const JsonToken& token, bool allow_duplicate_keys, std::string& out) {
  Parser parser(token.text, allow_duplicate_keys);
  const bool container = token.kind == JsonKind::kObject || token.kind == JsonKind::kArray;
  if (container ? parser.append(out, 0) : parser.append_scalar(token, out)) return std::nullopt;
  return parser.error();
}

VariantKind variant_kind(std::string_view variant) {
  CHECK(!variant.empty());
  return static_cast<VariantKind>(variant.front());
}

void append_variant_json(std::string& out, std::string_view variant) {
  const std::string_view body = variant.substr(1);
  switch (variant_kind(variant)) {
    case VariantKind::kNull:
      out += "null";
      return;
    case VariantKind::kFalse:
      out += "false";
      return;
    case VariantKind::kTrue:
      out += "true";
      return;
    case VariantKind::kWhole:
      return append_integer(out, get_packed<int64_t>(body));
    case VariantKind::kDecimal:
      return append_decimal(out, get_packed<int128>(body.substr(1)), body.front());
    case VariantKind::kDouble:
      return append_double(out, get_packed<double>(body));
    case VariantKind::kString:
      return append_json_string(body, out);
    case VariantKind::kArray:
    case VariantKind::kObject:
      break;
  }
  const bool object = variant_kind(variant) == VariantKind::kObject;
  const Parts parts(variant);
  out += object ? '{' : '[';
  for (uint32_t i = 0; i < parts.count(); ++i) {
    if (i > 0) out += ',';
    if (object) {
      append_json_string(parts.key(i), out);
      out += ':';
    }
    append_variant_json(out, parts.value(i));
  }
  out += object ? '}' : ']';
}

std::optional<std::string_view> variant_member(std::string_view variant, std::string_view key) {
  const Parts parts(variant);
  uint32_t low = 0, high = parts.count();
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2;
    parts.key(middle) < key ? low = middle + 1 : high = middle;
  }
  if (low == parts.count() || parts.key(low) != key) return std::nullopt;
  return parts.value(low);
}

std::optional<std::string_view> variant_element(std::string_view variant, int64_t index) {
  const Parts parts(variant);
  if (index < 0 || index >= parts.count()) return std::nullopt;
  return parts.value(static_cast<uint32_t>(index));
}

bool is_valid_variant(std::string_view bytes) { return is_valid(bytes, 0); }

}  // namespace tidemill
