// sql/parser/name.cc - names, strings and small numbers. Rule: a reserved word is a name only in back-quotes.
#include <fmt/format.h>

#include <charconv>

#include "sql/keyword.h"
#include "sql/literal_text.h"
#include "sql/parser/grammar.h"

namespace tidemill {
namespace {

// Returns the escape character of UESCAPE 'c' behind a U&'…' string, or the backslash.
char parse_unicode_escape(TokenCursor& cursor) {
  if (!cursor.at(Keyword::kUescape)) return '\\';
  cursor.take();
  const SourceLocation location = cursor.location();
  const std::string escape = parse_string(cursor, "an escape character in single quotes");
  const bool usable = escape.size() == 1 && static_cast<uint8_t>(escape[0]) < 0x80 && escape[0] != '+' &&
                      escape[0] != '\'' && escape[0] != '"' && escape[0] != ' ' &&
                      !std::isxdigit(static_cast<unsigned char>(escape[0]));
  if (!usable) throw UserError(location, "UESCAPE needs one character that is no digit, letter a-f, quote, + or blank");
  return escape[0];
}

std::string decode_string(TokenCursor& cursor, const Token& token) {
  const std::string_view text = cursor.text_of(token);
  switch (token.kind) {
    case TokenKind::kUnicodeString:
      return decode_unicode_string(text, parse_unicode_escape(cursor), token.location);
    case TokenKind::kEscapeString:
      return decode_escape_string(text, token.location);
    default:
      return unquote(text);
  }
}

}  // namespace

bool at_word(TokenCursor& cursor, std::string_view word, size_t ahead) {
  const Token& token = cursor.peek(ahead);
  return token.kind == TokenKind::kWord && equal_words(cursor.text_of(token), word);
}

bool accept_word(TokenCursor& cursor, std::string_view word) {
  if (at_word(cursor, word)) {
    cursor.take();
    return true;
  }
  cursor.expecting(word);
  return false;
}

void expect_word(TokenCursor& cursor, std::string_view word) {
  if (!accept_word(cursor, word)) cursor.fail_expected();
}

bool at_identifier(TokenCursor& cursor, size_t ahead) {
  const Token& token = cursor.peek(ahead);
  return token.kind == TokenKind::kQuotedIdentifier || (token.kind == TokenKind::kWord && !token.word.reserved);
}

ast::Identifier parse_identifier(TokenCursor& cursor, std::string_view what) {
  if (!at_identifier(cursor)) cursor.fail_expected(what);
  const Token token = cursor.take();
  const bool quoted = token.kind == TokenKind::kQuotedIdentifier;
  const std::string_view text = cursor.text_of(token);
  return {quoted ? unquote(text) : std::string(text), token.location, quoted};
}

ast::QualifiedName parse_qualified_name(TokenCursor& cursor, std::string_view what) {
  ast::QualifiedName name;
  name.parts.push_back(parse_identifier(cursor, what));
  while (cursor.at(TokenKind::kDot)) {
    cursor.take();
    name.parts.push_back(parse_identifier(cursor, what));
  }
  return name;
}

std::vector<ast::Identifier> parse_parenthesised_names(TokenCursor& cursor, std::string_view what) {
  std::vector<ast::Identifier> names;
  cursor.expect(TokenKind::kLeftParen);
  do {
    names.push_back(parse_identifier(cursor, what));
  } while (cursor.accept(TokenKind::kComma));
  cursor.expect(TokenKind::kRightParen);
  return names;
}

bool at_string(TokenCursor& cursor, size_t ahead) {
  const TokenKind kind = cursor.peek(ahead).kind;
  return kind == TokenKind::kString || kind == TokenKind::kUnicodeString || kind == TokenKind::kEscapeString;
}

std::string parse_string(TokenCursor& cursor, std::string_view what) {
  if (!at_string(cursor)) cursor.fail_expected(what);
  Token token = cursor.take();
  std::string text = decode_string(cursor, token);
  while (at_string(cursor)) {  // 'a' on one line and 'b' on the next are one string
    if (cursor.location().line == token.location.line) {
      cursor.fail_here("Two strings stand side by side", "Put ',' or || between them; a quote inside a string is ''");
    }
    token = cursor.take();
    text += decode_string(cursor, token);
  }
  return text;
}

int32_t parse_small_number(TokenCursor& cursor, std::string_view what) {
  constexpr size_t kDigitsMax = 10;  // STRING is VARCHAR(2147483647)
  if (!cursor.at(TokenKind::kInteger)) cursor.fail_expected(what);
  const std::string_view digits = cursor.text_of(cursor.peek());
  int32_t value = 0;
  const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (digits.size() > kDigitsMax || result.ec != std::errc()) {
    cursor.fail_here(fmt::format("The number is too large for {}", what));
  }
  cursor.take();
  return value;
}

void fail_not_supported(TokenCursor& cursor, std::string_view what, std::string hint) {
  cursor.fail_here(fmt::format("{} is not supported", what), std::move(hint));
}

void refuse_unsupported(TokenCursor& cursor, std::string_view verb, std::span<const std::string_view> words) {
  if (!cursor.at(TokenKind::kWord)) return;
  const std::string_view text = cursor.text_of(cursor.peek());
  for (const std::string_view word : words) {
    if (equal_words(text, word)) fail_not_supported(cursor, fmt::format("{} {}", verb, word));
  }
}

bool accept_if_not_exists(TokenCursor& cursor) {
  if (!cursor.at(Keyword::kIf)) return false;
  cursor.take();
  cursor.expect(Keyword::kNot);
  cursor.expect(Keyword::kExists);
  return true;
}

bool accept_if_exists(TokenCursor& cursor) {
  if (!cursor.at(Keyword::kIf)) return false;
  cursor.take();
  cursor.expect(Keyword::kExists);
  return true;
}

}  // namespace tidemill
