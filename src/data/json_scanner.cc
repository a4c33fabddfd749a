#include "data/json_scanner.h"

#include <fmt/format.h>

#include "data/json_search.h"
#include "data/json_text.h"

namespace tidemill {
namespace {

bool is_digit(char c) { return static_cast<unsigned char>(c - '0') <= 9; }

bool is_delimiter(char c) {
  return c == ',' || c == '}' || c == ']' || c == ':' || c == '{' || c == '[' || c == '"' || c == ' ' || c == '\t' ||
         c == '\r' || c == '\n';
}

}  // namespace

bool is_json_number(std::string_view text) {
  size_t i = 0;
  const auto digits = [&] {
    const size_t from = i;
    while (i < text.size() && is_digit(text[i])) ++i;
    return i - from;
  };
  if (i < text.size() && text[i] == '-') ++i;
  const bool zero = i < text.size() && text[i] == '0';
  const size_t whole = digits();
  if (whole == 0 || (zero && whole > 1)) return false;
  if (i < text.size() && text[i] == '.') {
    ++i;
    if (digits() == 0) return false;
  }
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
    if (digits() == 0) return false;
  }
  return i == text.size();
}

bool JsonScanner::fail(std::string message) {
  if (!error_) error_ = JsonSyntaxError{at_, std::move(message)};
  return false;
}

bool JsonScanner::fail_expected(std::string_view what) {
  if (at_ >= text_.size()) return fail(fmt::format("the line ends where {} should come", what));
  size_t end = at_;
  constexpr size_t kShownBytesMax = 20;
  while (end < text_.size() && end - at_ < kShownBytesMax && !(end > at_ && is_delimiter(text_[end]))) ++end;
  return fail(fmt::format("'{}' stands where {} should come", text_.substr(at_, end - at_), what));
}

void JsonScanner::skip_spaces() {
  while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\r' || text_[at_] == '\n'))
    ++at_;
}

char JsonScanner::peek() {
  skip_spaces();
  return at_ < text_.size() ? text_[at_] : '\0';
}

bool JsonScanner::string(JsonToken& token) {
  const size_t begin = ++at_;
  token.kind = JsonKind::kString;
  token.escaped = false;
  while ((at_ = find_json_quote(text_, at_)) < text_.size() && text_[at_] == '\\') {
    token.escaped = true;
    at_ += 2;
  }
  if (at_ >= text_.size()) {
    at_ = begin - 1;
    return fail("a string is not closed");
  }
  token.text = text_.substr(begin, at_ - begin);
  if (token.escaped && !checked_ && !has_valid_json_escapes(token.text)) {
    at_ = begin - 1;
    return fail(fmt::format("the string \"{}\" has an escape that JSON does not have", token.text));
  }
  ++at_;
  return true;
}

bool JsonScanner::scalar(JsonToken& token) {
  size_t end = at_;
  while (end < text_.size() && !is_delimiter(text_[end])) ++end;
  token.text = text_.substr(at_, end - at_);
  token.escaped = false;
  if (token.text == "true") {
    token.kind = JsonKind::kTrue;
  } else if (token.text == "false") {
    token.kind = JsonKind::kFalse;
  } else if (token.text == "null") {
    token.kind = JsonKind::kNull;
  } else if (is_json_number(token.text)) {
    token.kind = JsonKind::kNumber;
  } else {
    return fail_expected("a value");
  }
  at_ = end;
  return true;
}

// Skips the object or array at at_, checking its grammar. Nesting is kept on a stack of our own: a record decides its
// depth, not the thread's stack.
bool JsonScanner::container() {
  std::vector<char> closing;
  do {
    const char c = peek();
    if (c == '{' || c == '[') {
      if (closing.size() == static_cast<size_t>(kJsonDepthMax - entered_))
        return fail(fmt::format("values are nested deeper than {}", kJsonDepthMax));
      ++at_;
      closing.push_back(c == '{' ? '}' : ']');
      if (peek() != closing.back()) {
        if (c == '{') {
          JsonToken key;
          if (peek() != '"') return fail_expected("a name in quotes");
          if (!string(key)) return false;
          if (peek() != ':') return fail_expected("':'");
          ++at_;
        }
        continue;  // the first value
      }
    } else {
      JsonToken token;
      if (!(c == '"' ? string(token) : scalar(token))) return false;
    }
    // A value has ended: close what ends here, up to the next value.
    while (!closing.empty()) {
      const char next = peek();
      if (next == closing.back()) {
        ++at_;
        closing.pop_back();
        continue;
      }
      if (next != ',') return fail_expected(closing.back() == '}' ? "',' or '}'" : "',' or ']'");
      ++at_;
      if (closing.back() == '}') {
        JsonToken key;
        if (peek() != '"') return fail_expected("a name in quotes");
        if (!string(key)) return false;
        if (peek() != ':') return fail_expected("':'");
        ++at_;
      }
      break;
    }
  } while (!closing.empty());
  return true;
}

void JsonScanner::pass_container() {
  int32_t depth = 0;
  do {
    at_ = find_json_bracket(text_, at_);
    if (text_[at_] == '"') {
      JsonToken passed;
      string(passed);
      continue;
    }
    depth += text_[at_] == '{' || text_[at_] == '[' ? 1 : -1;
    ++at_;
  } while (depth > 0);
}

std::optional<JsonToken> JsonScanner::value() {
  JsonToken token;
  const char c = peek();
  if (c == '"') {
    if (!string(token)) return std::nullopt;
  } else if (c == '{' || c == '[') {
    const size_t begin = at_;
    if (checked_)
      pass_container();
    else if (!container())
      return std::nullopt;
    token = {c == '{' ? JsonKind::kObject : JsonKind::kArray, false, text_.substr(begin, at_ - begin)};
  } else if (!scalar(token)) {
    return std::nullopt;
  }
  return token;
}

bool JsonScanner::enter(char bracket) {
  if (peek() != bracket) return fail_expected(fmt::format("'{}'", bracket));
  ++at_;
  ++entered_;
  first_member_ = true;
  return true;
}

std::optional<JsonToken> JsonScanner::next_key() {
  if (peek() == '}') {
    ++at_;
    --entered_;
    return std::nullopt;
  }
  if (!first_member_) {
    if (peek() != ',') {
      fail_expected("',' or '}'");
      return std::nullopt;
    }
    ++at_;
  }
  first_member_ = false;
  JsonToken key;
  if (peek() != '"') {
    fail_expected("a name in quotes");
    return std::nullopt;
  }
  if (!string(key)) return std::nullopt;
  if (peek() != ':') {
    fail_expected("':'");
    return std::nullopt;
  }
  ++at_;
  return key;
}

bool JsonScanner::next_element() {
  if (peek() == ']') {
    ++at_;
    --entered_;
    return false;
  }
  if (!first_member_) {
    if (peek() != ',') return fail_expected("',' or ']'");
    ++at_;
  }
  first_member_ = false;
  return true;
}

bool JsonScanner::end() {
  if (peek() == '\0' && at_ >= text_.size()) return true;
  return fail_expected("the end of the line");
}

std::optional<JsonSyntaxError> check_json(std::string_view text, std::vector<JsonMember>* members) {
  JsonScanner scanner(text);
  if (members != nullptr && scanner.peek() == '{')
    walk_json_members(scanner, [&](const JsonMember& member) { members->push_back(member); });
  else
    scanner.value();
  if (scanner.error() == nullptr && scanner.end()) return std::nullopt;
  return *scanner.error();
}

}  // namespace tidemill
