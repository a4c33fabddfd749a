// data/json_scanner.h - reads JSON byte by byte, and says exactly where and why it is not JSON. Rule: the
// reference for formats/json/json_decoder.h, which is faster: both accept and refuse the same text, but for control
// characters inside strings, which only this one takes (as Flink does).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/json_token.h"

namespace tidemill {

struct JsonSyntaxError {
  size_t offset = 0;  // of the byte where reading stopped
  std::string message;
};

constexpr int32_t kJsonDepthMax = 1000;  // Jackson's default

// Walks over one text. Every method returns false (nullopt) at the first error, which error() then tells.
class JsonScanner {
 public:
  explicit JsonScanner(std::string_view text) : text_(text) {}
  // Walks over a text that check_json() has let through, or a value in it: what the objects and arrays hold that are
  // read as a whole is passed over, not checked again.
  static JsonScanner of_checked(std::string_view text) {
    JsonScanner scanner(text);
    scanner.checked_ = true;
    return scanner;
  }

  // Reads a whole value, whatever it holds.
  std::optional<JsonToken> value();
  // Enters the object or array that comes next, to be read with next_key() or next_element().
  bool enter(char bracket);
  // Moves to the next member of the object entered and returns its key (a string token); nullopt at its end (then
  // error() is null) or at an error. The value follows: read it with value().
  std::optional<JsonToken> next_key();
  // Moves to the next element of the array entered; false at its end or at an error.
  bool next_element();
  // Goes on behind an element of the array entered: `offset` was told by offset() then.
  void resume(size_t offset) {
    at_ = offset;
    first_member_ = false;
  }
  // Checks that nothing but spaces is left.
  bool end();

  // Returns the first byte of what comes next, '\0' at the end of the text.
  char peek();
  size_t offset() const { return at_; }
  const JsonSyntaxError* error() const { return error_ ? &*error_ : nullptr; }

 private:
  bool fail(std::string message);
  bool fail_expected(std::string_view what);
  void skip_spaces();
  bool string(JsonToken& token);
  bool scalar(JsonToken& token);
  bool container();
  // The same without checks. Requires: of_checked().
  void pass_container();

  std::string_view text_;
  bool checked_ = false;
  size_t at_ = 0;
  int32_t entered_ = 0;        // objects and arrays
  bool first_member_ = false;  // just entered: no comma comes before the next member
  std::optional<JsonSyntaxError> error_;
};

// Checks that `text` is one JSON value; returns what is wrong, or nullopt. Where it is an object, its members are
// appended to `members`, if that is given.
std::optional<JsonSyntaxError> check_json(std::string_view text, std::vector<JsonMember>* members = nullptr);
// Gives the members of the object that comes next to `take`, up to its end or an error.
template <class Take>
void walk_json_members(JsonScanner& scanner, Take take) {
  scanner.enter('{');
  while (const std::optional<JsonToken> key = scanner.next_key()) {
    const std::optional<JsonToken> value = scanner.value();
    if (!value) return;
    take(JsonMember{key->text, *value});
  }
}

}  // namespace tidemill
