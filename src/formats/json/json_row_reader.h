// formats/json/json_row_reader.h - one JSON object to one row. Rule: a row is set whole, or its record is told to be
// left out; what is missing in it is NULL.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/spi/decoding/rows_builder.h"
#include "connectors/spi/format.h"
#include "formats/json/json_columns.h"

namespace tidemill {

struct JsonSettings {
  std::string_view format_name = "JSON";  // for errors
  std::vector<std::string> names;         // of the columns to read, in output order
  std::vector<Type> types;
  TextForm form;
  bool fail_on_missing_field = false;
  bool ignore_parse_errors = false;  // a bad value is NULL, a bad record is left out
  bool messages = false;             // records are no lines of a file, which could be mended
};

// The record that is read, for errors.
struct JsonRecord {
  std::string_view text;  // all of it
  int64_t line = 0;       // of the split
};

// One a decoder; sets row rows.num_rows() and commits nothing.
class JsonRowReader {
 public:
  // `settings`, `rows` and `errors` are borrowed. Columns behind those of `settings` are left to the caller.
  JsonRowReader(const JsonSettings& settings, std::string split, RowsBuilder& rows, RecordErrorTarget& errors);

  const std::string& split() const { return split_; }
  // For whoever sets columns of the row without this class.
  JsonKeys& keys() { return keys_; }
  JsonRowMarks& marks() { return marks_; }

  // Returns whether the record is UTF-8 and one JSON value; tells where it is not. Appends the members of an object to
  // `members`, if that is given.
  bool check(const JsonRecord& record, std::vector<JsonMember>* members = nullptr);
  // Sets the row from the members of `object`, which stands in the record. Returns false where the record is left out;
  // `why_null` is what to do where a NOT NULL column is NULL, empty: as always. With `report` false nothing is told:
  // the same object was read before.
  bool read(std::string_view object, const JsonRecord& record, std::string_view why_null = {}, bool report = true);
  // The same for the members that `object` has, over what read() has just set: other columns stay as they are.
  bool replace(std::string_view object, const JsonRecord& record, std::string_view why_null, bool report);
  // Sets the columns that the row does not have yet. Returns false where that is not allowed, and tells nothing.
  bool set_missing() { return set_missing({}, {}, false); }
  // Tells that the record is left out.
  void reject(const JsonRecord& record, std::string column, std::string message, std::string hint);

 private:
  bool set_missing(const JsonRecord& record, std::string_view why_null, bool report);
  // Decides on a value that was not simply set. Returns false where the record is left out.
  bool accept(ValueStatus status, int32_t column, std::string_view text, const JsonRecord& record,
              std::string_view why_null, bool report);

  const JsonSettings& settings_;
  const std::string split_;
  RowsBuilder& rows_;
  RecordErrorTarget& errors_;
  JsonKeys keys_;
  JsonRowMarks marks_;
};

}  // namespace tidemill
