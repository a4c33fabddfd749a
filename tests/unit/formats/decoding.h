// tests/unit/formats/decoding.h - runs text through a format and shows what comes out, for tables of cases.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "connectors/spi/format.h"

namespace tidemill {

// A table over text of one format.
struct TextTable {
  std::string format;      // "json" or "csv"
  std::string schema;      // "a INT, b STRING"
  OptionMap options = {};  // without the format's prefix
  RecordErrorSettings errors = {};
  std::optional<std::vector<std::string>> columns = {};  // those asked for; null: all
};

struct DecodeSteps {
  size_t chunk_bytes = 1 << 16;
  int32_t max_rows = 1024;
  DecoderPosition from = {};
};

struct DecodedText {
  std::vector<std::string> rows;           // "2: +I[1, x]": the line, then the row
  std::string error;                       // "message | hint" of the UserError that ended decoding
  std::vector<DecoderPosition> positions;  // after each call that gave rows; positions[i] is behind row_counts[i] rows
  std::vector<size_t> row_counts;
  int64_t errors_counted = 0;

  // Returns the rows without their lines, then "error: …" if there was one, one a line.
  std::string text() const;
};

std::unique_ptr<const Format> make_format(const std::string& name);
DecodedText decode_text(const TextTable& table, const std::string& text, const DecodeSteps& steps = {});
// Returns the text that the format writes for rows given as data/pretty.h reads them.
std::string encode_text(const TextTable& table, const std::string& pretty_rows);

}  // namespace tidemill
