// sql/parser/token_cursor.h - how every parser file reads tokens and reports errors. Rule: an error names the token at
// the cursor, and everything that accept() and expect() tried at it in vain is what was expected.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "sql/ast.h"
#include "sql/lexer.h"
#include "sql/limits.h"

namespace tidemill {

class TokenCursor {
 public:
  // Requires: `script` outlives the cursor. Throws as check_sql_text.
  explicit TokenCursor(std::string_view script);

  // Returns the token at the cursor, or the one `ahead` of it. Requires: ahead < kLookahead.
  const Token& peek(size_t ahead = 0) {
    if (ahead >= buffered_) fill(ahead);
    return buffer_[ahead];
  }
  Token take();
  SourceLocation location() { return peek().location; }
  std::string_view text_of(const Token& token) const { return script_.substr(token.begin, token.end - token.begin); }
  std::string_view script() const { return script_; }
  size_t end_of_previous() const { return previous_end_; }  // byte offset just behind the last taken token

  // Tell what is at the cursor, without a trace in error messages.
  bool at(TokenKind kind, size_t ahead = 0) { return peek(ahead).kind == kind; }
  bool at(Keyword keyword, size_t ahead = 0) {
    const Token& token = peek(ahead);
    return token.kind == TokenKind::kWord && token.word.keyword == keyword;
  }
  bool at_end_of_statement() { return at(TokenKind::kSemicolon) || at(TokenKind::kEnd); }

  // Takes the token if it is there; otherwise it counts as expected.
  bool accept(TokenKind kind);
  bool accept(Keyword keyword);
  // Takes the two keywords if both are there.
  bool accept(Keyword first, Keyword second);
  // Takes the token, or throws.
  Token expect(TokenKind kind);
  Token expect(Keyword keyword);

  // Adds `what`, a text that outlives the cursor, to what is expected at the cursor.
  void expecting(std::string_view what) {
    if (expected_count_ < kExpectationsMax) expected_[expected_count_++] = what;
  }
  // Throws: the token at the cursor is none of those expected.
  [[noreturn]] void fail_expected(std::string_view what = "", std::string hint = "");
  // Throws an error at the token at the cursor.
  [[noreturn]] void fail_here(std::string message, std::string hint = "");
  // Notes that `alias`, about to be taken, is read as an alias without AS, though it may be a misspelt keyword.
  // `expected` lists the keywords that could stand in its place, and outlives the cursor.
  void note_implicit_alias(const Token& alias, std::span<const std::string_view> expected);

  // Skips to behind the next ';' and forgets what was read ahead.
  void skip_statement();
  // Starts to count the nodes of a new statement.
  void begin_statement() { node_count_ = 0, chain_height_ = 0; }

  // Makes an expression node at `location`. Throws when the statement has more than kExpressionNodesMax.
  template <class T>
  std::unique_ptr<T> make(SourceLocation location) {
    if (++node_count_ > kExpressionNodesMax) fail_too_many_nodes();
    auto node = std::make_unique<T>();
    node->location = location;
    return node;
  }

  // Errors found inside a statement that was parsed to its end all the same (a statement set); see ScriptParser.
  std::vector<UserError>& deferred_errors() { return deferred_errors_; }

 private:
  static constexpr size_t kLookahead = 4;
  static constexpr size_t kExpectationsMax = 64;  // more than any rule tries at one token; an error shows eight

  struct ImplicitAlias {
    size_t end = 0;  // byte offset just behind it
    std::string_view text;
    std::span<const std::string_view> expected;
  };

  void fill(size_t ahead);
  std::string describe(const Token& token) const;
  std::vector<std::string_view> expectations() const;  // each once
  std::string hint_for(const Token& found) const;
  [[noreturn]] void fail_too_many_nodes();
  [[noreturn]] void fail_too_deep();
  [[noreturn]] void fail_chain_too_long();

  std::string_view script_;
  Lexer lexer_;
  std::array<Token, kLookahead> buffer_;
  size_t buffered_ = 0;
  size_t previous_end_ = 0;
  TokenKind previous_kind_ = TokenKind::kEnd;
  std::array<std::string_view, kExpectationsMax> expected_;  // at the cursor; one may be there twice
  size_t expected_count_ = 0;
  ImplicitAlias implicit_alias_;
  int32_t depth_ = 0;
  int32_t chain_height_ = 0;
  int32_t node_count_ = 0;
  std::vector<UserError> deferred_errors_;

 public:
  // Stands for one level of nesting while it lives. Throws when that is more than kNestingDepthMax.
  class Nesting {
   public:
    explicit Nesting(TokenCursor& cursor) : cursor_(cursor) {
      if (cursor_.depth_ >= kNestingDepthMax) cursor_.fail_too_deep();
      ++cursor_.depth_;
    }
    ~Nesting() { --cursor_.depth_; }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;

   private:
    TokenCursor& cursor_;
  };

  // Measures a tree that grows to the left while it lives: the operators on its longest path from the root.
  class Chain {
   public:
    explicit Chain(TokenCursor& cursor) : cursor_(cursor), outer_height_(cursor.chain_height_) {
      cursor_.chain_height_ = 0;
    }
    ~Chain() { cursor_.chain_height_ = std::max(outer_height_, cursor_.chain_height_); }
    Chain(const Chain&) = delete;
    Chain& operator=(const Chain&) = delete;
    // Counts one operator that has all parsed so far below it. Throws when there are more than kOperatorChainMax.
    void grow() {
      if (++cursor_.chain_height_ > kOperatorChainMax) cursor_.fail_chain_too_long();
    }

   private:
    TokenCursor& cursor_;
    int32_t outer_height_;
  };
};

}  // namespace tidemill
