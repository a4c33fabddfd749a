#include "sql/lexer.h"

#include <fmt/format.h>

#include <array>
#include <string>

#include "base/utf8.h"
#include "sql/limits.h"

namespace tidemill {
namespace {

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_continuation(char c) { return (static_cast<uint8_t>(c) & 0xC0) == 0x80; }
bool is_ascii_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$'; }

// Tells whether a code point beyond ASCII may stand in a name: all but blank space, punctuation and quotes.
bool is_name_code_point(char32_t c) {
  if (c < 0xC0) return c == 0xAA || c == 0xB5 || c == 0xBA;         // Latin-1 controls and signs, but ª µ º
  if (c == 0xD7 || c == 0xF7) return false;                         // × ÷
  if (c >= 0x2000 && c <= 0x206F) return false;                     // general punctuation: “ ” ‘ ’ – … and blanks
  if (c >= 0x3000 && c <= 0x3004) return false;                     // ideographic space and punctuation
  return c != 0x1680 && c != 0xFEFF && (c < 0xFF01 || c > 0xFF0F);  // other blanks, full-width punctuation
}

// Returns the plain character that a typographic one stands for, or empty.
std::string_view plain_character(char32_t c) {
  if (c == 0x2018 || c == 0x2019) return "'";
  if (c == 0x201C || c == 0x201D) return "' for text or ` for names";
  if (c == 0x2013 || c == 0x2212 || c == 0x2014) return "-";
  if (c == 0xA0 || (c >= 0x2000 && c <= 0x200B) || c == 0x3000) return "a plain space";
  if (c == 0xFF0C) return ",";
  if (c == 0xFF08 || c == 0xFF09) return "( or )";
  if (c == 0xD7) return "*";
  if (c == 0xF7) return "/";
  return "";
}

// For each ASCII character, the first of kSymbols that starts with it, or past the end.
consteval std::array<uint8_t, 128> index_symbols() {
  std::array<uint8_t, 128> first{};
  first.fill(static_cast<uint8_t>(std::size(kSymbols)));
  for (size_t i = std::size(kSymbols); i-- > 0;)
    first[static_cast<size_t>(kSymbols[i].text()[0])] = static_cast<uint8_t>(i);
  return first;
}
constexpr std::array<uint8_t, 128> kFirstSymbol = index_symbols();

}  // namespace

void check_sql_text(std::string_view text) {
  if (text.size() > kSqlTextBytesMax) {
    throw UserError(fmt::format("The SQL text has {} bytes, more than the limit of {}", text.size(), kSqlTextBytesMax),
                    "Split the script, and keep data in files instead of VALUES");
  }
  SourceLocation location{.line = 1, .column = 1};
  for (size_t i = 0; i < text.size();) {
    if (text[i] >= ' ') {  // ASCII, most of it
      ++i;
      ++location.column;
      continue;
    }
    const Utf8CodePoint code_point = decode_utf8(text.substr(i));
    if (code_point.bytes == 0) {
      throw UserError(location, fmt::format("The SQL text is not UTF-8: byte 0x{:02X}", static_cast<uint8_t>(text[i])),
                      "Save the file as UTF-8");
    }
    if (code_point.value == 0) throw UserError(location, "The SQL text holds a NUL byte", "Remove it");
    i += code_point.bytes;
    const bool new_line = code_point.value == '\n';
    location = {location.line + (new_line ? 1 : 0), new_line ? 1 : location.column + 1};
  }
}

Lexer::Lexer(std::string_view text) : text_(text) {
  if (text_.starts_with(kByteOrderMark)) {
    position_ = kByteOrderMark.size();
    line_start_ = position_;
  }
}

Token Lexer::next() {
  Token token = scan();
  if (fault_ != Fault::kNone) [[unlikely]]
    fail(token);
  return token;
}

void Lexer::skip_statement() {
  for (;;) {
    const Token token = scan();
    const bool sound = fault_ == Fault::kNone;
    if (sound && (token.kind == TokenKind::kSemicolon || token.kind == TokenKind::kEnd)) break;
  }
  in_hint_ = false;
}

Token Lexer::scan() {
  fault_ = Fault::kNone;
  skip_blanks_and_comments();
  Token token;
  token.begin = static_cast<uint32_t>(position_);
  token.location = location();
  if (fault_ != Fault::kNone) {  // a comment without end
    advance(text_.size() - position_);
  } else if (position_ < text_.size()) {
    const char c = text_[position_];
    if (is_ascii_name_start(c)) {
      if (!scan_prefixed_string(token)) scan_word(token);
    } else if (is_digit(c) || (c == '.' && is_digit(peek(1)))) {
      scan_number(token);
    } else if (c == '\'') {
      scan_quoted(token, TokenKind::kString, Fault::kOpenString);
    } else if (c == '`') {
      scan_quoted(token, TokenKind::kQuotedIdentifier, Fault::kOpenName);
      if (fault_ == Fault::kNone && position_ - token.begin == 2) fault_ = Fault::kEmptyName;
    } else if (c == '"') {
      scan_double_quoted(token);
    } else if (static_cast<uint8_t>(c) >= 0x80) {
      scan_other_character(token);
    } else {
      scan_symbol(token);
    }
  }
  token.end = static_cast<uint32_t>(position_);
  return token;
}

void Lexer::skip_blanks_and_comments() {
  for (;;) {
    const char c = peek();
    if (position_ >= text_.size()) return;
    if (is_blank(c)) {
      advance();
    } else if ((c == '-' && peek(1) == '-') || (c == '/' && peek(1) == '/')) {
      skip_line();
    } else if (c == '/' && peek(1) == '*' && peek(2) != '+') {
      if (!skip_block_comment()) {
        fault_ = Fault::kOpenComment;
        return;
      }
    } else {
      return;
    }
  }
}

void Lexer::skip_line() {
  while (position_ < text_.size() && text_[position_] != '\n') advance();
}

// Skips a comment of the form /* … */. Returns false, at its start, when it has no end. Comments do not nest.
bool Lexer::skip_block_comment() {
  const size_t end = text_.find("*/", position_ + 2);
  if (end == std::string_view::npos) return false;
  advance(end + 2 - position_);
  return true;
}

void Lexer::scan_word(Token& token) {
  token.kind = TokenKind::kWord;
  while (position_ < text_.size()) {
    const char c = text_[position_];
    if (is_ascii_name_start(c) || is_digit(c)) {
      ++position_;
    } else if (static_cast<uint8_t>(c) >= 0x80) {
      const Utf8CodePoint code_point = decode_utf8(text_.substr(position_));
      if (!is_name_code_point(code_point.value)) break;
      advance(code_point.bytes);
    } else {
      break;
    }
  }
  token.word = classify_word(text_.substr(token.begin, position_ - token.begin));
}

// number = digits ["." digits] [exponent] | "." digits [exponent]
void Lexer::scan_number(Token& token) {
  token.kind = TokenKind::kInteger;
  while (is_digit(peek())) ++position_;
  if (peek() == '.') {
    token.kind = TokenKind::kDecimal;
    ++position_;
    while (is_digit(peek())) ++position_;
  }
  const size_t sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
  if ((peek() == 'e' || peek() == 'E') && is_digit(peek(1 + sign))) {
    token.kind = TokenKind::kApproximate;
    position_ += 2 + sign;
    while (is_digit(peek())) ++position_;
  }
  if (is_ascii_name_start(peek())) {
    fault_ = Fault::kNumberAndName;
    while (is_ascii_name_start(peek()) || is_digit(peek())) ++position_;
  }
}

// Reads U&'…', E'…' and X'…'. Returns false, having read nothing, at any other word.
bool Lexer::scan_prefixed_string(Token& token) {
  const char prefix = static_cast<char>(text_[position_] | 0x20);  // lower case
  if (prefix == 'u' && peek(1) == '&' && peek(2) == '\'') {
    position_ += 2;
    scan_quoted(token, TokenKind::kUnicodeString, Fault::kOpenString);
    return true;
  }
  if (peek(1) != '\'' || (prefix != 'e' && prefix != 'x')) return false;
  ++position_;
  if (prefix == 'x') {
    scan_quoted(token, TokenKind::kBinaryString, Fault::kOpenString);
    return true;
  }
  token.kind = TokenKind::kEscapeString;  // here a backslash takes the next character with it
  for (advance(); position_ < text_.size(); advance()) {
    if (peek() == '\\' && position_ + 1 < text_.size()) {
      advance();
    } else if (peek() == '\'') {
      if (peek(1) != '\'') {
        advance();
        return true;
      }
      advance();
    }
  }
  fault_ = Fault::kOpenString;
  return true;
}

// Reads from an opening quote to the closing one of the same kind; a doubled quote stands for itself.
void Lexer::scan_quoted(Token& token, TokenKind kind, Fault open_fault) {
  token.kind = kind;
  const char quote = text_[position_];
  for (advance(); position_ < text_.size(); advance()) {
    if (peek() != quote) continue;
    if (peek(1) != quote) {
      advance();
      return;
    }
    advance();
  }
  fault_ = open_fault;
}

void Lexer::scan_double_quoted(Token&) {
  fault_ = Fault::kDoubleQuote;
  const size_t closing = text_.find_first_of("\"\n", position_ + 1);
  const bool on_this_line = closing != std::string_view::npos && text_[closing] == '"';
  advance(on_this_line ? closing + 1 - position_ : 1);
}

void Lexer::scan_symbol(Token& token) {
  const std::string_view rest = text_.substr(position_);
  if (in_hint_ && rest.starts_with("*/")) {
    in_hint_ = false;
    token.kind = TokenKind::kHintEnd;
    advance(2);
    return;
  }
  for (size_t i = kFirstSymbol[static_cast<size_t>(rest[0])]; i < std::size(kSymbols); ++i) {
    const std::string_view text = kSymbols[i].text();
    if (text[0] != rest[0]) break;
    if (!rest.starts_with(text)) continue;
    token.kind = kSymbols[i].kind;
    position_ += text.size();
    if (token.kind == TokenKind::kHintStart) start_hint();
    return;
  }
  fault_ = Fault::kCharacter;
  advance();
}

// Notes that a hint has begun, where it has an end.
void Lexer::start_hint() {
  in_hint_ = text_.find("*/", position_) != std::string_view::npos;
  if (in_hint_) return;
  fault_ = Fault::kOpenHint;
  advance(text_.size() - position_);
}

void Lexer::scan_other_character(Token& token) {
  const Utf8CodePoint code_point = decode_utf8(text_.substr(position_));
  if (is_name_code_point(code_point.value)) return scan_word(token);
  fault_ = Fault::kCharacter;
  advance(code_point.bytes);
}

void Lexer::fail(const Token& token) const {
  const std::string_view found = text_.substr(token.begin, token.end - token.begin);
  const auto error = [&](std::string message, std::string hint) {
    return UserError(token.location, std::move(message), std::move(hint));
  };
  switch (fault_) {
    case Fault::kOpenString:
      throw error("The string that starts here has no end", "Close it with '; a quote inside a string is written ''");
    case Fault::kOpenName:
      throw error("The quoted name that starts here has no end", "Close it with `");
    case Fault::kOpenComment:
      throw error("The comment that starts here has no end", "Close it with */");
    case Fault::kOpenHint:
      throw error("The hint that starts here has no end", "Close it with */");
    case Fault::kEmptyName:
      throw error("A quoted name is empty", "Write a name between the back-quotes");
    case Fault::kDoubleQuote:
      throw error("Double quotes have no meaning here",
                  "Use back-quotes for names, as in `name`, and single quotes for text, as in 'text'");
    case Fault::kNumberAndName:
      throw error(fmt::format("A number runs into a name: {}", found),
                  "Put a space between them, or put a name that starts with a digit in back-quotes");
    case Fault::kNone:
    case Fault::kCharacter:
      break;
  }
  const char32_t character = decode_utf8(found).value;
  const std::string_view plain = plain_character(character);
  const bool visible = character > ' ' && character != 0x7F;
  throw error(visible ? fmt::format("Unexpected character '{}'", found)
                      : fmt::format("Unexpected character U+{:04X}", static_cast<uint32_t>(character)),
              plain.empty() ? "Remove it, or put a name that holds it in back-quotes"
                            : fmt::format("Write {} instead of it", plain));
}

void Lexer::advance() {
  const char c = text_[position_++];
  if (c == '\n') {
    ++line_;
    line_start_ = position_;
    continuation_bytes_ = 0;
  } else if (is_continuation(c)) {
    ++continuation_bytes_;
  }
}

void Lexer::advance(size_t bytes) {
  for (size_t i = 0; i < bytes; ++i) advance();
}

SourceLocation Lexer::location() const {
  return {line_, static_cast<int32_t>(position_ - line_start_ - continuation_bytes_) + 1};
}

}  // namespace tidemill
