#include "sql/lexer.h"

#include <gtest/gtest.h>

#include "sql/literal_text.h"

namespace tidemill {
namespace {

// Returns the tokens' texts, separated by '|', up to the end.
std::string tokens(std::string_view sql) {
  Lexer lexer(sql);
  std::string text;
  for (Token token = lexer.next(); token.kind != TokenKind::kEnd; token = lexer.next()) {
    text += fmt::format("{}{}", text.empty() ? "" : "|", sql.substr(token.begin, token.end - token.begin));
  }
  return text;
}

TokenKind first_kind(std::string_view sql) { return Lexer(sql).next().kind; }

TEST(Lexer, SplitsText) {
  EXPECT_EQ(tokens("SELECT a.b, 'x''y' FROM`t`"), "SELECT|a|.|b|,|'x''y'|FROM|`t`");
  EXPECT_EQ(tokens("a<=b>=c<>d!=e=f=>g||h"),
            "a|<=|b|>=|c|<>|d|!=|e|=|f|=>|g|"
            "||"
            "|h");
  EXPECT_EQ(tokens("ARRAY<ROW<>>"), "ARRAY|<|ROW|<>|>");
  EXPECT_EQ(tokens("a - -1 -- b\n//c\n/d/* e */+f"), "a|-|-|1|/|d|+|f");
  EXPECT_EQ(tokens("1 1.5 .5 1. 1e5 1.5E-3 007"), "1|1.5|.5|1.|1e5|1.5E-3|007");
  EXPECT_EQ(tokens("x'0a' X'0A' u&'\\0041' U&'a''b' e'a\\'b' E'\\\\'"),
            "x'0a'|X'0A'|u&'\\0041'|U&'a''b'|e'a\\'b'|E'\\\\'");
  EXPECT_EQ(tokens("$a _b a$1 é ü1 日本"), "$a|_b|a$1|é|ü1|日本");
  EXPECT_EQ(tokens("`a``b` `x y` ';' /*;*/ ;"), "`a``b`|`x y`|';'|;");
  EXPECT_EQ(tokens("/*+ a(b) */ * /"), "/*+|a|(|b|)|*/|*|/");
  EXPECT_EQ(tokens("\xEF\xBB\xBF a\t\v\f\r\nb"), "a|b");
}

TEST(Lexer, KnowsKinds) {
  EXPECT_EQ(first_kind("select"), TokenKind::kWord);
  EXPECT_EQ(first_kind("`select`"), TokenKind::kQuotedIdentifier);
  EXPECT_EQ(first_kind("1"), TokenKind::kInteger);
  EXPECT_EQ(first_kind("1."), TokenKind::kDecimal);
  EXPECT_EQ(first_kind(".1"), TokenKind::kDecimal);
  EXPECT_EQ(first_kind("1e1"), TokenKind::kApproximate);
  EXPECT_EQ(first_kind("e'x'"), TokenKind::kEscapeString);
  EXPECT_EQ(first_kind("ex"), TokenKind::kWord);
  EXPECT_EQ(first_kind("U&'x'"), TokenKind::kUnicodeString);
  EXPECT_EQ(first_kind("X'00'"), TokenKind::kBinaryString);
  EXPECT_EQ(first_kind("/* a */"), TokenKind::kEnd);
}

TEST(Lexer, PlacesTokens) {
  Lexer lexer("a\n  'é\nü' b -- c\n/* ä\n */ d");
  EXPECT_EQ(lexer.next().location, (SourceLocation{1, 1}));
  EXPECT_EQ(lexer.next().location, (SourceLocation{2, 3}));
  EXPECT_EQ(lexer.next().location, (SourceLocation{3, 4}));
  EXPECT_EQ(lexer.next().location, (SourceLocation{5, 5}));
}

TEST(Lexer, GoesOnBehindAnError) {
  Lexer lexer("a # b; c");
  EXPECT_EQ(lexer.next().kind, TokenKind::kWord);
  EXPECT_THROW(lexer.next(), UserError);
  EXPECT_EQ(lexer.next().location, (SourceLocation{1, 5}));
  lexer.skip_statement();
  EXPECT_EQ(lexer.next().location, (SourceLocation{1, 8}));
  EXPECT_EQ(lexer.next().kind, TokenKind::kEnd);
  EXPECT_EQ(lexer.next().kind, TokenKind::kEnd);
}

TEST(Lexer, SkipsStatementsWithQuotesCommentsAndErrors) {
  for (const std::string_view rest :
       {"';' ; x", "`;` ; x", "/*;*/ -- ;\n ; x", "# \" @ 1a ; x", "\"a;b\" ; x", "/*+ a ; x"}) {
    Lexer lexer(rest);
    lexer.skip_statement();
    const Token token = lexer.next();
    EXPECT_EQ(rest.substr(token.begin, token.end - token.begin), rest.starts_with("/*+") ? "" : "x") << rest;
  }
}

TEST(Keyword, WordsHaveNoCase) {
  EXPECT_EQ(classify_word("Select").keyword, Keyword::kSelect);
  EXPECT_EQ(classify_word("zone").keyword, Keyword::kZone);
  EXPECT_EQ(classify_word("ALL").keyword, Keyword::kAll);
  EXPECT_TRUE(classify_word("select").reserved);
  EXPECT_FALSE(classify_word("zone").reserved);
  EXPECT_TRUE(classify_word("column").reserved);
  EXPECT_EQ(classify_word("column").keyword, Keyword::kNone);
  EXPECT_TRUE(classify_word("count").callable);
  EXPECT_FALSE(classify_word("select").callable);
  EXPECT_FALSE(classify_word("orders").reserved);
  EXPECT_FALSE(classify_word(std::string(1000, 'a')).reserved);
  EXPECT_FALSE(classify_word("").reserved);
}

TEST(Keyword, EveryKeywordIsFoundByItsText) {
  for (int i = 1; i <= static_cast<int>(Keyword::kZone); ++i) {
    const auto keyword = static_cast<Keyword>(i);
    EXPECT_EQ(classify_word(keyword_text(keyword)).keyword, keyword) << keyword_text(keyword);
  }
}

TEST(LiteralText, Decodes) {
  EXPECT_EQ(unquote("'it''s'"), "it's");
  EXPECT_EQ(unquote("''''"), "'");
  EXPECT_EQ(unquote("`a``b`"), "a`b");
  EXPECT_EQ(decode_unicode_string("U&'a\\0041\\\\b\\+01F600'", '\\', {}), "aA\\b😀");
  EXPECT_EQ(decode_unicode_string("U&'\\D83D\\DE00'", '\\', {}), "😀");
  EXPECT_EQ(decode_unicode_string("U&'!0041\\'", '!', {}), "A\\");
  EXPECT_EQ(decode_escape_string(R"(E'\b\f\n\r\t\\\'''\101\x41\u0041\U0001F600\q')", {}), "\b\f\n\r\t\\''AAA😀q");
  EXPECT_EQ(decode_binary_string("X'00fF'", {}), std::string("\x00\xFF", 2));
  EXPECT_EQ(decode_binary_string("x''", {}), "");
}

TEST(LiteralText, RefusesBadEscapes) {
  for (const std::string_view text :
       {"U&'\\'", "U&'\\004'", "U&'\\D83D'", "U&'\\D83Dx'", "U&'\\DE00'", "U&'\\+110000'", "U&'\\0000'"}) {
    EXPECT_THROW(decode_unicode_string(text, '\\', {}), UserError) << text;
  }
  for (const std::string_view text : {"E'\\u12'", "E'\\x'", "E'\\U00110000'", "E'\\0'"}) {
    EXPECT_THROW(decode_escape_string(text, {}), UserError) << text;
  }
  EXPECT_THROW(decode_binary_string("X'0'", {}), UserError);
  EXPECT_THROW(decode_binary_string("X'zz'", {}), UserError);
}

}  // namespace
}  // namespace tidemill
