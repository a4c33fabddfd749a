#include "functions/similar_pattern.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tidemill {
namespace {

// Character classes of the SQL standard (ISO 9075-2, 8.6), inside brackets.
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kClasses = {{{"[:ALPHA:]", "[:alpha:]"},
                                                                                    {"[:UPPER:]", "[:upper:]"},
                                                                                    {"[:LOWER:]", "[:lower:]"},
                                                                                    {"[:DIGIT:]", "[:digit:]"},
                                                                                    {"[:SPACE:]", " "},
                                                                                    {"[:WHITESPACE:]", "[:space:]"},
                                                                                    {"[:ALNUM:]", "[:alnum:]"}}};

bool equals_ignoring_case(std::string_view text, std::string_view upper) {
  return text.size() == upper.size() && std::ranges::equal(text, upper, [](char a, char b) {
           return (a >= 'a' && a <= 'z' ? static_cast<char>(a - 32) : a) == b;
         });
}

class Translator {
 public:
  Translator(std::string_view pattern, std::string_view escape) : pattern_(pattern), escape_(escape) {}

  std::optional<std::string> translate(std::string& reason) {
    while (at_ < pattern_.size()) {
      const bool ok = is_escape() ? escaped() : pattern_[at_] == '[' ? set() : plain();
      if (!ok) {
        reason = reason_;
        return std::nullopt;
      }
    }
    return std::move(out_);
  }

 private:
  static constexpr std::string_view kOperators = "|*+?{}()";  // mean the same in both
  static constexpr std::string_view kToEscape = ".^$\\]";     // mean something in RE2 only

  bool is_escape() const { return !escape_.empty() && pattern_.substr(at_).starts_with(escape_); }
  bool fail(std::string_view reason) {
    reason_ = reason;
    return false;
  }
  void literal(char c) {
    if (kToEscape.find(c) != std::string_view::npos || kOperators.find(c) != std::string_view::npos || c == '[')
      out_ += '\\';
    out_ += c;
  }
  bool escaped() {
    at_ += escape_.size();
    if (at_ == pattern_.size()) return fail("it ends with the escape character");
    literal(pattern_[at_++]);
    return true;
  }
  bool plain() {
    const char c = pattern_[at_++];
    if (c == '%') {
      out_ += ".*";
    } else if (c == '_') {
      out_ += '.';
    } else if (kToEscape.find(c) != std::string_view::npos) {
      out_ += '\\';
      out_ += c;
    } else {
      out_ += c;
    }
    return true;
  }
  // [abc], [^a-z], [[:ALPHA:]_]
  bool set() {
    out_ += pattern_[at_++];
    if (at_ < pattern_.size() && pattern_[at_] == '^') out_ += pattern_[at_++];
    bool closed = false;
    while (at_ < pattern_.size() && !closed) {
      if (is_escape()) {
        at_ += escape_.size();
        if (at_ == pattern_.size()) return fail("it ends with the escape character");
        out_ += '\\';
        out_ += pattern_[at_++];
      } else if (pattern_[at_] == '[') {
        if (!character_class()) return fail("unknown character class");
      } else {
        closed = pattern_[at_] == ']';
        if (pattern_[at_] == '\\') out_ += '\\';
        out_ += pattern_[at_++];
      }
    }
    return closed || fail("a [ has no ]");
  }
  bool character_class() {
    for (const auto& [sql, re2] : kClasses) {
      if (equals_ignoring_case(pattern_.substr(at_, sql.size()), sql)) {
        out_ += re2;
        at_ += sql.size();
        return true;
      }
    }
    return false;
  }

  std::string_view pattern_, escape_;
  size_t at_ = 0;
  std::string out_;
  std::string_view reason_;
};

}  // namespace

std::optional<std::string> similar_to_regular_expression(std::string_view pattern, std::string_view escape,
                                                         std::string& reason) {
  return Translator(pattern, escape).translate(reason);
}

}  // namespace tidemill
