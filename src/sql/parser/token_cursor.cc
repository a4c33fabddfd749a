#include "sql/parser/token_cursor.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>

#include "base/check.h"
#include "base/utf8.h"

namespace tidemill {
namespace {

constexpr size_t kShownTextBytesMax = 40;  // of a token in an error message
constexpr size_t kShownExpectationsMax = 8;

std::string_view kind_text(TokenKind kind) {
  switch (kind) {
    case TokenKind::kEnd:
      return "the end of the text";
    case TokenKind::kInteger:
      return "a whole number";
    case TokenKind::kHintEnd:
      return "'*/'";
    default:
      break;
  }
  const auto symbol =
      std::find_if(std::begin(kSymbols), std::end(kSymbols), [&](const Symbol& s) { return s.kind == kind; });
  CHECK(symbol != std::end(kSymbols));  // nothing else is expected by its kind alone
  return symbol->quoted_text;
}

// Returns the first bytes of `text` on its first line, cut between code points.
std::string shorten(std::string_view text) {
  const size_t line_end = std::min(text.find('\n'), text.size());
  size_t end = std::min(line_end, kShownTextBytesMax);
  while (end < text.size() && end > 0 && (static_cast<uint8_t>(text[end]) & 0xC0) == 0x80) --end;
  return fmt::format("{}{}", text.substr(0, end), end < text.size() ? "…" : "");
}

// Returns "a", "a or b", "a, b or c".
std::string join_alternatives(std::span<const std::string_view> words) {
  std::string text;
  const size_t shown = std::min(words.size(), kShownExpectationsMax);
  for (size_t i = 0; i < shown; ++i) {
    const bool last = i + 1 == words.size();
    text += fmt::format("{}{}", i == 0 ? "" : last ? " or " : ", ", words[i]);
  }
  if (shown < words.size()) text += ", …";
  return text;
}

bool is_keyword_text(std::string_view text) { return !text.empty() && text[0] >= 'A' && text[0] <= 'Z'; }

// Returns the keyword among `expected` that `word` looks like, or nullopt.
std::optional<std::string> nearest_keyword(std::string_view word, std::span<const std::string_view> expected) {
  constexpr size_t kLengthMin = 3;  // any two short words look alike
  std::vector<std::string> candidates;
  if (word.size() < kLengthMin) return std::nullopt;
  for (const std::string_view text : expected) {
    if (is_keyword_text(text) && text.size() >= kLengthMin) candidates.emplace_back(text);
  }
  return nearest_name(word, candidates);
}

// What to write in this dialect instead of what other dialects have.
std::string_view advice_for_foreign(const Token& token, std::string_view text) {
  switch (token.kind) {
    case TokenKind::kBangNotEqual:
      return "Write <> for 'not equal'";
    case TokenKind::kColon:
      return "Write CAST(x AS type) instead of x::type";
    case TokenKind::kQuestion:
      return "Parameters are not supported, write the value";
    case TokenKind::kHintStart:
      return "A hint stands behind SELECT or behind a table's name";
    default:
      break;
  }
  if (equal_words(text, "MINUS")) return "Write EXCEPT instead of MINUS";
  if (equal_words(text, "STREAM")) return "Leave out STREAM: every query is a streaming query";
  if (equal_words(text, "REGEXP")) return "Write REGEXP(x, 'pattern')";
  return "";
}

// Tells whether a list has ended before `token`, so that a ',' before it is one too many.
bool ends_list(const Token& token) {
  switch (token.kind) {
    case TokenKind::kRightParen:
    case TokenKind::kRightBracket:
    case TokenKind::kSemicolon:
    case TokenKind::kEnd:
      return true;
    default:
      break;
  }
  switch (token.word.keyword) {
    case Keyword::kFrom:
    case Keyword::kWhere:
    case Keyword::kGroup:
    case Keyword::kHaving:
    case Keyword::kOrder:
    case Keyword::kLimit:
    case Keyword::kUnion:
      return true;
    default:
      return false;
  }
}

}  // namespace

TokenCursor::TokenCursor(std::string_view script) : script_((check_sql_text(script), script)), lexer_(script) {}

void TokenCursor::fill(size_t ahead) {
  CHECK(ahead < kLookahead);
  while (buffered_ <= ahead) {
    buffer_[buffered_] = lexer_.next();
    ++buffered_;
  }
}

Token TokenCursor::take() {
  const Token token = peek();
  for (size_t i = 1; i < buffered_; ++i) buffer_[i - 1] = buffer_[i];
  --buffered_;
  previous_end_ = token.end;
  previous_kind_ = token.kind;
  expected_count_ = 0;
  return token;
}

bool TokenCursor::accept(TokenKind kind) {
  if (!at(kind)) {
    expecting(kind_text(kind));
    return false;
  }
  take();
  return true;
}

bool TokenCursor::accept(Keyword keyword) {
  if (!at(keyword)) {
    expecting(keyword_text(keyword));
    return false;
  }
  take();
  return true;
}

bool TokenCursor::accept(Keyword first, Keyword second) {
  if (!at(first) || !at(second, 1)) {
    expecting(keyword_text(first));
    return false;
  }
  take();
  take();
  return true;
}

Token TokenCursor::expect(TokenKind kind) {
  if (!at(kind)) fail_expected(kind_text(kind));
  return take();
}

Token TokenCursor::expect(Keyword keyword) {
  if (!at(keyword)) fail_expected(keyword_text(keyword));
  return take();
}

std::vector<std::string_view> TokenCursor::expectations() const {
  std::vector<std::string_view> distinct;
  for (const std::string_view what : std::span(expected_.data(), expected_count_)) {
    if (std::find(distinct.begin(), distinct.end(), what) == distinct.end()) distinct.push_back(what);
  }
  return distinct;
}

void TokenCursor::fail_expected(std::string_view what, std::string hint) {
  if (!what.empty()) expecting(what);
  if (hint.empty()) hint = hint_for(peek());
  throw UserError(location(), fmt::format("Expected {}, found {}", join_alternatives(expectations()), describe(peek())),
                  std::move(hint));
}

void TokenCursor::fail_here(std::string message, std::string hint) {
  throw UserError(location(), std::move(message), std::move(hint));
}

void TokenCursor::note_implicit_alias(const Token& alias, std::span<const std::string_view> expected) {
  implicit_alias_ = {alias.end, text_of(alias), expected};
}

std::string TokenCursor::describe(const Token& token) const {
  const std::string text = shorten(text_of(token));
  switch (token.kind) {
    case TokenKind::kEnd:
      return std::string(kind_text(token.kind));
    case TokenKind::kWord:
      return token.word.reserved ? fmt::format("the reserved word {}", text) : text;
    case TokenKind::kQuotedIdentifier:
      return text;
    case TokenKind::kString:
    case TokenKind::kUnicodeString:
    case TokenKind::kEscapeString:
      return fmt::format("the string {}", text);
    case TokenKind::kInteger:
    case TokenKind::kDecimal:
    case TokenKind::kApproximate:
      return fmt::format("the number {}", text);
    default:
      return fmt::format("'{}'", text);
  }
}

// Returns what to do about `found`: the keyword that it, or the alias before it, was meant to be.
std::string TokenCursor::hint_for(const Token& found) const {
  const std::string_view text = text_of(found);
  const std::vector<std::string_view> expected = expectations();
  if (const std::string_view advice = advice_for_foreign(found, text); !advice.empty()) return std::string(advice);
  if (previous_kind_ == TokenKind::kComma && ends_list(found)) return "Remove the ',' before it";
  if (found.kind == TokenKind::kWord && !found.word.reserved) {
    if (const auto keyword = nearest_keyword(text, expected)) return fmt::format("Did you mean {}?", *keyword);
  }
  if (implicit_alias_.end != 0 && implicit_alias_.end == previous_end_) {
    const auto keyword = nearest_keyword(implicit_alias_.text, implicit_alias_.expected);
    if (keyword) return fmt::format("Did you mean {} instead of {}?", *keyword, implicit_alias_.text);
  }
  const bool name_expected = std::any_of(expected.begin(), expected.end(), [&](std::string_view what) {
    return what.ends_with("name") || (what.ends_with("expression") && !ends_list(found));
  });
  if (name_expected && found.kind == TokenKind::kWord && found.word.reserved) {
    return fmt::format("If a name is meant: {} is a reserved word, quote it with back-quotes: `{}`", text, text);
  }
  return "";
}

void TokenCursor::skip_statement() {
  const bool semicolon_ahead = [&] {
    for (size_t i = 0; i < buffered_; ++i) {
      if (buffer_[i].kind != TokenKind::kSemicolon) continue;
      for (size_t taken = 0; taken <= i; ++taken) take();
      return true;
    }
    return false;
  }();
  expected_count_ = 0;
  if (semicolon_ahead) return;
  buffered_ = 0;
  lexer_.skip_statement();
}

void TokenCursor::fail_too_many_nodes() {
  throw UserError(location(), fmt::format("The statement has more than {} expressions", kExpressionNodesMax),
                  "Keep data in a file instead of VALUES or IN, or split the statement");
}

void TokenCursor::fail_too_deep() {
  throw UserError(location(), fmt::format("The statement nests deeper than {} levels", kNestingDepthMax),
                  "Use WITH or a view for the inner parts");
}

void TokenCursor::fail_chain_too_long() {
  throw UserError(location(), fmt::format("More than {} operators or joins in one chain", kOperatorChainMax),
                  "Group parts of the chain in parentheses, or compute them in a sub-query");
}

}  // namespace tidemill
