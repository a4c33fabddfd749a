// sql/lexer.h - SQL text to tokens. Rule: every byte of the text belongs to a token, to blank space, to a comment or to
// an error, so that the end of a statement is found whatever stands in it.
#pragma once
#include <cstdint>
#include <string_view>

#include "base/error.h"
#include "sql/token.h"

namespace tidemill {

// Throws UserError when `text` is longer than kSqlTextBytesMax, holds a NUL byte, or is not UTF-8.
void check_sql_text(std::string_view text);

// Reads a script token by token.
class Lexer {
 public:
  // Requires: `text` outlives the lexer and has passed check_sql_text.
  explicit Lexer(std::string_view text);

  // Returns the next token, kEnd at the end and ever after. Throws UserError where no token can be read, and then goes
  // on behind it.
  Token next();

  // Skips to behind the next ';' outside of quotes and comments, or to the end. Never throws.
  void skip_statement();

 private:
  enum class Fault : uint8_t {
    kNone,
    kOpenString,
    kOpenName,
    kOpenComment,
    kOpenHint,
    kEmptyName,
    kDoubleQuote,
    kNumberAndName,
    kCharacter,
  };

  Token scan();
  void skip_blanks_and_comments();
  void skip_line();
  bool skip_block_comment();
  void scan_word(Token& token);
  void scan_number(Token& token);
  bool scan_prefixed_string(Token& token);
  void scan_quoted(Token& token, TokenKind kind, Fault open_fault);
  void scan_double_quoted(Token& token);
  void scan_symbol(Token& token);
  void start_hint();
  void scan_other_character(Token& token);
  [[noreturn]] void fail(const Token& token) const;

  char peek(size_t ahead = 0) const { return position_ + ahead < text_.size() ? text_[position_ + ahead] : '\0'; }
  void advance();  // one byte, keeping count of lines and columns
  void advance(size_t bytes);
  SourceLocation location() const;

  std::string_view text_;
  size_t position_ = 0;
  int32_t line_ = 1;
  size_t line_start_ = 0;          // offset of the first byte of the line
  size_t continuation_bytes_ = 0;  // of the line up to position_: bytes that start no code point
  bool in_hint_ = false;
  Fault fault_ = Fault::kNone;  // of the last scan
};

}  // namespace tidemill
