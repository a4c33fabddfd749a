#include "functions/json_node.h"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <unordered_map>

#include "base/check.h"
#include "data/json_scanner.h"
#include "data/json_text.h"

namespace tidemill {
namespace {

constexpr int64_t kExponentMax = 1'000'000'000;  // beyond it a number keeps the exponent that its text has room for

// The keys of one object, found fast where there are many.
class KeyIndex {
 public:
  explicit KeyIndex(JsonNode& object) : object_(object) {}

  // Returns the value of `key`, made where it is new.
  JsonNode& open(std::string key) {
    const auto [found, is_new] = places_.try_emplace(key, object_.keys.size());
    if (!is_new) return object_.values[found->second] = JsonNode();
    object_.keys.push_back(std::move(key));
    return object_.values.emplace_back();
  }

 private:
  JsonNode& object_;
  std::unordered_map<std::string, size_t> places_;
};

// Returns what a string token means, or nullopt where it has control characters that are not escaped.
std::optional<std::string> unescaped(const JsonToken& token) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20; };
  if (std::ranges::any_of(token.text, is_control)) return std::nullopt;
  if (!token.escaped) return std::string(token.text);
  std::string text;
  CHECK(append_json_unescaped(token.text, text));
  return text;
}

// Reads a string, number, boolean or null.
bool read_scalar(JsonScanner& scanner, JsonNode& node) {
  const auto token = scanner.value();
  if (!token) return false;
  node.kind = token->kind;
  if (token->kind == JsonKind::kNumber) {
    append_json_number(node.text, token->text);
  } else if (token->kind == JsonKind::kString) {
    auto text = unescaped(*token);
    if (!text) return false;
    node.text = std::move(*text);
  } else {
    node.text = token->text;
  }
  return true;
}

// Reads the value at the scanner into `node`. `depth`: how many containers it stands in.
bool read_node(JsonScanner& scanner, JsonNode& node, int32_t depth) {
  const char next = scanner.peek();
  if (next != '{' && next != '[') return read_scalar(scanner, node);
  if (depth == kJsonDepthMax || !scanner.enter(next)) return false;
  node.kind = next == '{' ? JsonKind::kObject : JsonKind::kArray;
  KeyIndex index(node);
  for (;;) {
    JsonNode child;
    std::optional<std::string> key;
    if (next == '{') {
      const auto token = scanner.next_key();
      if (!token) break;
      key = unescaped(*token);
      if (!key) return false;
    } else if (!scanner.next_element()) {
      break;
    }
    if (!read_node(scanner, child, depth + 1)) return false;
    scanner.resume(scanner.offset());
    (key ? index.open(std::move(*key)) : node.values.emplace_back()) = std::move(child);
  }
  return scanner.error() == nullptr;
}

// unscaled / 10^scale
struct BigDecimal {
  std::string digits;
  int64_t scale = 0;
};

// Reads a number without a sign, whose point or exponent is at `mark`, as java.math.BigDecimal does.
BigDecimal big_decimal_of(std::string_view text, size_t mark) {
  const size_t e = std::min(text.find_first_of("eE"), text.size());
  BigDecimal number{std::string(text.substr(0, mark)), 0};
  if (text[mark] == '.') {
    number.digits += text.substr(mark + 1, e - mark - 1);
    number.scale = static_cast<int64_t>(e - mark) - 1;
  }
  if (e < text.size()) {
    int64_t exponent = 0;
    std::string_view written = text.substr(e + 1);
    if (written.starts_with('+')) written.remove_prefix(1);
    const auto [end, error] = std::from_chars(written.data(), written.data() + written.size(), exponent);
    if (error != std::errc()) exponent = written.starts_with('-') ? -kExponentMax : kExponentMax;
    number.scale -= std::clamp(exponent, -kExponentMax, kExponentMax);
  }
  number.digits.erase(0, std::min(number.digits.find_first_not_of('0'), number.digits.size() - 1));
  return number;
}

// BigDecimal.toString: plain where the scale is not negative and the first digit not beyond the sixth place.
void append_big_decimal_text(std::string& out, const std::string& digits, int64_t scale) {
  const auto count = static_cast<int64_t>(digits.size());
  const int64_t exponent = count - 1 - scale;
  if (scale >= 0 && exponent >= -6) {
    out += count > scale ? digits.substr(0, static_cast<size_t>(count - scale)) : "0";
    if (scale == 0) return;
    out += '.';
    out.append(static_cast<size_t>(std::max<int64_t>(scale - count, 0)), '0');
    out += digits.substr(static_cast<size_t>(std::max<int64_t>(count - scale, 0)));
    return;
  }
  out += digits[0];
  if (count > 1) out += '.';
  out += digits.substr(1);
  if (exponent == 0) return;
  out += 'E';
  if (exponent > 0) out += '+';
  out += std::to_string(exponent);
}

}  // namespace

const JsonNode* JsonNode::find(std::string_view key) const {
  const auto found = std::ranges::find(keys, key);
  return found == keys.end() ? nullptr : &values[static_cast<size_t>(found - keys.begin())];
}

void JsonNode::set(std::string key, JsonNode value) {
  const auto found = std::ranges::find(keys, key);
  if (found != keys.end()) {
    values[static_cast<size_t>(found - keys.begin())] = std::move(value);
    return;
  }
  keys.push_back(std::move(key));
  values.push_back(std::move(value));
}

std::optional<JsonNode> parse_json(std::string_view text) {
  JsonScanner scanner(text);
  JsonNode root;
  if (!read_node(scanner, root, 0)) return std::nullopt;
  return root;
}

void append_json(std::string& out, const JsonNode& node) {
  if (node.kind == JsonKind::kString) return append_json_string(node.text, out);
  if (node.kind == JsonKind::kNull) {
    out += "null";
    return;
  }
  if (!node.is_container()) {
    out += node.text;
    return;
  }
  const bool object = node.kind == JsonKind::kObject;
  std::vector<size_t> order(node.values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  if (object) std::ranges::sort(order, {}, [&](size_t i) -> const std::string& { return node.keys[i]; });
  out += object ? '{' : '[';
  for (size_t i = 0; i < order.size(); ++i) {
    if (i > 0) out += ',';
    if (object) {
      append_json_string(node.keys[order[i]], out);
      out += ':';
    }
    append_json(out, node.values[order[i]]);
  }
  out += object ? '}' : ']';
}

void append_json_number(std::string& out, std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const size_t mark = text.find_first_of(".eE");
  if (mark == std::string_view::npos) {
    if (negative && text != "0") out += '-';
    out += text;
    return;
  }
  const auto [digits, scale] = big_decimal_of(text, mark);
  if (negative && digits != "0") out += '-';
  append_big_decimal_text(out, digits, scale);
}

}  // namespace tidemill
