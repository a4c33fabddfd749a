// connectors/spi/decoding/text_value.h - one value of a text format into its column. Rule: what Flink's formats read
// and nothing looser; a value that does not fit is told, never bent.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "connectors/spi/decoding/column_filler.h"
#include "data/time_text.h"

namespace tidemill {

enum class ValueStatus : uint8_t {
  kOk,
  kNulled,      // a DECIMAL with too many digits before the point became NULL, as in Flink
  kMalformed,   // not of the column's form
  kOutOfRange,  // a number that its type cannot hold
  kNotNull,     // NULL for a column that is NOT NULL
};

// How values of a text format are read.
struct TextForm {
  TimestampForm timestamp = TimestampForm::kSql;
  // As Flink's CSV reads: 2020-1-5 and 12:30 are a date and a time, a TIME has no digits beyond its precision, a
  // DECIMAL no spaces around it.
  bool csv = false;
  std::string option_prefix;  // "json.", for advice
  // Of what is inside nested values:
  bool missing_is_error = false;         // a field that an object lacks; otherwise it is NULL
  bool nulls_for_errors = false;         // what has another form is NULL
  std::string array_separator = ";";     // CSV: between elements of an ARRAY, and fields of a ROW
  std::optional<std::string> null_text;  // CSV: an element that is NULL
};

// Reads `text` into `row` of a column of any type but CHAR, VARCHAR and BOOLEAN; BINARY and VARBINARY are base64;
// ARRAY and ROW are the texts of their parts with a separator between them.
ValueStatus set_from_text(ColumnFiller& column, int32_t row, std::string_view text, const TextForm& form);

// Sets NULL; kNotNull where the column does not take it.
inline ValueStatus set_null(ColumnFiller& column, int32_t row) {
  if (!column.type().nullable) return ValueStatus::kNotNull;
  column.set_null(row);
  return ValueStatus::kOk;
}

// Reads digits with an optional sign. T: int8_t, int16_t, int32_t, int64_t.
template <class T>
ValueStatus parse_whole_number(std::string_view text, T& value);

// True for "true" in any case, with spaces around (Java's Boolean.parseBoolean after trim).
bool reads_true(std::string_view text);

// What is wrong with a value and what to do about it, for RecordError.
struct ValueComplaint {
  std::string message;
  std::string hint;
};
// `text` is the value as it stands in the record.
ValueComplaint complain(ValueStatus status, const Type& type, std::string_view text, const TextForm& form);

}  // namespace tidemill
