// tests/unit/formats/decoding.h - runs text through a format and shows what comes out, for tables of cases.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/spi/format.h"
#include "env/simulated/simulated_environment.h"

namespace tidemill {

// A table over text of one format.
struct TextTable {
  std::string format;      // "json", "csv" or one of changes
  std::string schema;      // "a INT, b STRING"
  OptionMap options = {};  // without the format's prefix
  RecordErrorSettings errors = {};
  std::optional<std::vector<std::string>> columns = {};  // those asked for; null: all
  std::vector<std::string> metadata = {};                // keys, behind the columns
  std::map<std::string, std::string> files = {};         // paths and bytes of files that the options name
};

struct DecodeSteps {
  size_t chunk_bytes = 1 << 16;
  int32_t max_rows = 1024;
  DecoderPosition from = {};
  // Not 0: chunks of 1 … chunk_bytes bytes, calls for 1 … max_rows rows and flushes are drawn from this seed.
  uint64_t seed = 0;
};

// A position that the decoder told, and what it had given by then.
struct DecodePoint {
  DecoderPosition position;
  size_t rows = 0;
  int64_t errors = 0;
  bool behind_rows = false;  // told by a call that gave rows; otherwise only records left out lie behind the last point
};

struct DecodedText {
  std::vector<std::string> rows;     // "2: +I[1, x]": the line, then the row
  std::string error;                 // "message | hint" of the UserError that ended decoding
  std::vector<DecodePoint> points;   // every one told, in order
  std::vector<std::string> letters;  // dead letters, where the table's policy asks for them
  std::vector<Batch> batches;        // the rows
  int64_t errors_counted = 0;

  // Returns the rows without their lines, then "error: …" if there was one, one a line.
  std::string text() const;
  // Returns the points behind rows.
  std::vector<DecodePoint> points_behind_rows() const;
};

std::unique_ptr<const Format> make_format(const std::string& name);
DecodedText decode_text(const TextTable& table, std::string_view text, const DecodeSteps& steps = {});
// Decodes messages, the keys or values of a log: message i has offset 10 + i; nullopt is a tombstone. `world`: in which
// that is done; null: one of its own.
DecodedText decode_messages(const TextTable& table, const std::vector<std::optional<std::string>>& messages,
                            int32_t max_rows = 1024, SimulatedEnvironment* world = nullptr);
// Returns the messages that the format writes for rows given as data/pretty.h reads them.
std::vector<std::string> encode_messages(const TextTable& table, const std::string& pretty_rows,
                                         SimulatedEnvironment* world = nullptr, const std::string& subject = "");
std::vector<std::string> encode_messages(const TextTable& table, const Batch& batch,
                                         SimulatedEnvironment* world = nullptr, const std::string& subject = "");
// Returns the file that the format writes for these batches.
std::string encode_batches(const TextTable& table, const std::vector<Batch>& batches);
// The same for rows given as data/pretty.h reads them.
std::string encode_text(const TextTable& table, const std::string& pretty_rows);

}  // namespace tidemill
