// formats/raw/raw_value.h - the bytes of a record as the value of its one column. Rule: nothing stands beside the
// value: no length, no delimiter.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "connectors/spi/decoding/column_filler.h"
#include "data/charset.h"

namespace tidemill {

struct RawSettings {
  std::string column;  // its name, for errors
  Type type;
  Charset charset = Charset::kUtf8;
  bool big_endian = true;
  bool wanted = true;         // decoding: false: rows have no columns
  bool messages = false;      // records are messages, not lines of a file
  std::string option_prefix;  // "raw.", for advice
};

// Tells whether the format has a form for values of this type.
bool raw_holds(const Type& type);

// What is wrong with a record, and what to do about it.
struct RawComplaint {
  std::string message;
  std::string hint;
};

// Sets `row` to the value; nullopt: it is set. `lasting`: texts may point at `bytes`. `scratch` is overwritten.
std::optional<RawComplaint> set_raw_value(ColumnFiller& column, int32_t row, std::string_view bytes, bool lasting,
                                          const RawSettings& settings, std::string& scratch);
// Sets `row` to NULL, which is what a tombstone says.
std::optional<RawComplaint> set_raw_null(ColumnFiller& column, int32_t row);

// Appends the value of a row that is not NULL.
void append_raw_value(const Column& column, int32_t row, const RawSettings& settings, std::string& out);

}  // namespace tidemill
