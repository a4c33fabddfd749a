// connectors/spi/encoding/column_texts.h - the values of a column as text formats write them, all rows at once. Rule:
// the text of a value without quotes or escapes: those are the format's.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/column.h"
#include "data/time_text.h"

namespace tidemill {

struct TextStyle {
  TimestampForm timestamp = TimestampForm::kSql;
  // DECIMAL without trailing zeros and with exponents where Java's BigDecimal has them (1.5, 1E-8, 1E+3), as Flink
  // writes by default; otherwise all digits of the scale (1.500).
  bool scientific_decimals = true;
  // Between elements of an ARRAY and fields of a ROW, and what stands for one that is NULL.
  std::string array_separator = ";";
  std::string null_text;
};

class ColumnTexts {
 public:
  // Takes the text of every row of `column`, which must outlive the use. BINARY becomes base64, VARIANT its JSON.
  // Requires: not an interval, nor a MAP or MULTISET.
  void write(const Column& column, const TextStyle& style);
  bool is_null(int32_t row) const { return texts_ ? texts_->is_null(row) : nulls_[static_cast<size_t>(row)] != 0; }
  // Valid until write().
  std::string_view at(int32_t row) const {
    if (texts_) return (*texts_)[row].view();
    const auto i = static_cast<size_t>(row);
    const size_t begin = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(bytes_).substr(begin, ends_[i] - begin);
  }

 private:
  template <class T, class Append>
  void write_each(const Column& column, Append append);
  template <class T>
  void write_numbers(const Column& column, const TextStyle& style);
  void write_nested(const Column& column, const TextStyle& style);

  std::optional<Decoded<Text>> texts_;  // of a column of texts, which are not copied
  std::string bytes_;                   // of any other
  std::vector<size_t> ends_;
  std::vector<uint8_t> nulls_;
};

// Appends a DECIMAL as Java's BigDecimal.stripTrailingZeros().toString() does.
void append_stripped_decimal(std::string& out, int128 unscaled, int32_t scale);

}  // namespace tidemill
