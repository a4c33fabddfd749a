// formats/json/json_index.h - where the tokens of JSON text are: simdjson's first stage. Rule: of strings, and of runs
// of other characters, only the first byte is listed; everything between two listed bytes and outside strings is space.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace tidemill {

class JsonIndex {
 public:
  JsonIndex();
  ~JsonIndex();

  // Finds the tokens of `text` (up to 4 GiB). Returns false where it is not UTF-8, a string is not closed, or one holds
  // a control character (a line break, too: with true, every line break stands between tokens).
  bool build(const char* text, size_t size);
  // Offsets of { } [ ] : , and of the first byte of every string, number and literal, in order. Valid until build().
  std::span<const uint32_t> offsets() const { return offsets_; }
  // Bytes kept for the next build().
  size_t memory_bytes() const;

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
  std::span<const uint32_t> offsets_;
};

}  // namespace tidemill
