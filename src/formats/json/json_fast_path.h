// formats/json/json_fast_path.h - one row from one indexed JSON object. Rule: whatever is not plain and right is left
// to data/json_scanner.h; a row that was set here is the row that would be set there.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "connectors/spi/decoding/rows_builder.h"
#include "data/json_token.h"
#include "formats/json/json_columns.h"

namespace tidemill {

// Reads objects through the offsets of their tokens. A token ends where the space before the next token begins, so
// neither strings nor numbers are searched for their ends.
class JsonFastPath {
 public:
  // The parts are borrowed.
  JsonFastPath(JsonKeys& keys, JsonRowMarks& marks, RowsBuilder& rows, const TextForm& form)
      : keys_(keys), marks_(marks), rows_(rows), form_(form) {}

  // Takes text and the offsets of its tokens (JsonIndex). Both outlive the calls of read_object.
  void begin(std::string_view text, std::span<const uint32_t> offsets);

  // Sets the columns of row rows.num_rows() from the object at token `at`, and moves `at` behind it. Returns false,
  // leaving `at`, where the slow path must decide.
  bool read_object(size_t& at);

 private:
  bool read_key(size_t at, std::string_view& key) const;
  // All read the value at token `at`, which another token follows, and move `at` behind it.
  bool read_into(size_t& at, int32_t column);
  bool read_value(size_t& at, JsonToken& token) const;
  bool skip_value(size_t& at) const;
  bool skip_container(size_t& at) const;
  // Returns false, leaving `at`, where the value is anything but digits that fit.
  bool set_plain_number(size_t& at, ColumnFiller& filler, int32_t row) const;
  bool read_scalar(std::string_view text, JsonToken& token) const;
  bool read_string(size_t at, JsonToken& token) const;
  // Returns what stands between two tokens, the first included, without the space at its end.
  std::string_view token_text(size_t at) const;

  JsonKeys& keys_;
  JsonRowMarks& marks_;
  RowsBuilder& rows_;
  const TextForm& form_;
  const char* text_ = nullptr;
  std::span<const uint32_t> offsets_;
  bool escapes_ = false;  // the text has a backslash somewhere
};

}  // namespace tidemill
