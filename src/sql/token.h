// sql/token.h - the tokens of SQL text. Rule: a token is a span of the text and where it starts; nothing is decoded.
#pragma once
#include <cstdint>
#include <string_view>

#include "base/error.h"
#include "sql/keyword.h"

namespace tidemill {

enum class TokenKind : uint8_t {
  kEnd,               // end of the script
  kSemicolon,         // ends a statement
  kWord,              // a keyword or an identifier without quotes
  kQuotedIdentifier,  // `name`
  kString,            // 'text'
  kUnicodeString,     // U&'text'
  kEscapeString,      // E'text'
  kBinaryString,      // X'0aff'
  kInteger,           // 42
  kDecimal,           // 4.2
  kApproximate,       // 4.2E1
  kHintStart,         // /*+
  kHintEnd,           // */ of a hint
  kLeftParen,
  kRightParen,
  kLeftBracket,
  kRightBracket,
  kComma,
  kDot,
  kEqual,
  kNotEqual,      // <>
  kBangNotEqual,  // !=, which the dialect refuses
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
  kPlus,
  kMinus,
  kStar,
  kSlash,
  kPercent,
  kConcat,  // ||
  kArrow,   // =>
  kColon,
  kQuestion,
  kVerticalBar,
  kLeftBrace,
  kRightBrace,
  kCaret,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  Word word;           // of kWord
  uint32_t begin = 0;  // byte offsets into the script
  uint32_t end = 0;
  SourceLocation location;
};

// Operators and punctuation, quoted as error messages show them. Those that start alike stand together, longer ones
// first.
struct Symbol {
  std::string_view quoted_text;
  TokenKind kind;

  constexpr std::string_view text() const { return quoted_text.substr(1, quoted_text.size() - 2); }
};
inline constexpr Symbol kSymbols[] = {
    {"'/*+'", TokenKind::kHintStart},   {"'/'", TokenKind::kSlash},        {"'<>'", TokenKind::kNotEqual},
    {"'<='", TokenKind::kLessOrEqual},  {"'<'", TokenKind::kLess},         {"'>='", TokenKind::kGreaterOrEqual},
    {"'>'", TokenKind::kGreater},       {"'=>'", TokenKind::kArrow},       {"'='", TokenKind::kEqual},
    {"'!='", TokenKind::kBangNotEqual}, {"'||'", TokenKind::kConcat},      {"'|'", TokenKind::kVerticalBar},
    {"';'", TokenKind::kSemicolon},     {"'('", TokenKind::kLeftParen},    {"')'", TokenKind::kRightParen},
    {"'['", TokenKind::kLeftBracket},   {"']'", TokenKind::kRightBracket}, {"','", TokenKind::kComma},
    {"'.'", TokenKind::kDot},           {"'+'", TokenKind::kPlus},         {"'-'", TokenKind::kMinus},
    {"'*'", TokenKind::kStar},          {"'%'", TokenKind::kPercent},      {"':'", TokenKind::kColon},
    {"'?'", TokenKind::kQuestion},      {"'{'", TokenKind::kLeftBrace},    {"'}'", TokenKind::kRightBrace},
    {"'^'", TokenKind::kCaret},
};

}  // namespace tidemill
