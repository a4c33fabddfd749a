// formats/json/json_value_writer.h - the values of a column as JSON, nested ones too. Rule: the bytes that Flink's json
// format writes for them.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "connectors/spi/encoding/column_texts.h"

namespace tidemill {

struct JsonStyle {
  TextStyle text;
  bool ignore_null_fields = false;  // leave NULL fields of rows out
  enum class NullKey : uint8_t { kFail, kDrop, kLiteral } null_key = NullKey::kFail;
  std::string null_key_literal = "null";
};

class JsonValueWriter {
 public:
  // `style` is borrowed.
  explicit JsonValueWriter(const JsonStyle& style) : style_(style) {}

  // Takes the values of all rows. Requires: json_holds() the column's type. Throws UserError for a NULL key where the
  // style says so.
  void write(const Column& column);
  bool is_null(int32_t row) const { return nested_ ? nulls_[static_cast<size_t>(row)] != 0 : texts_.is_null(row); }
  // Appends the value as JSON. Requires: not NULL.
  void append(int32_t row, std::string& out) const;

 private:
  enum class Quoting : uint8_t {
    kNone,     // numbers and booleans
    kJson,     // VARIANT
    kQuoted,   // dates, times and base64: nothing in them needs an escape
    kEscaped,  // text
  };
  static Quoting quoting_of(const Type& type);
  void write_nested(const Column& column);
  std::string nested_text(const Type& type, const std::vector<JsonValueWriter>& parts,
                          const std::vector<ColumnPtr>& columns, int32_t first, int32_t end) const;
  std::string entries_text(const std::vector<JsonValueWriter>& parts, const Column& keys, int32_t first,
                           int32_t end) const;

  const JsonStyle& style_;
  ColumnTexts texts_;
  Quoting quoting_ = Quoting::kNone;
  bool nested_ = false;
  std::vector<std::string> values_;  // of a nested column
  std::vector<uint8_t> nulls_;
};

}  // namespace tidemill
