// tests/fuzz/json_fuzz.cc - any bytes as JSON lines of one of several tables. Rule: format_oracle.h, and a line that
// nlohmann's parser takes is taken.
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/check.h"
#include "base/utf8.h"
#include "data/json_scanner.h"
#include "data/utf8.h"
#include "tests/fuzz/format_oracle.h"

namespace tidemill {
namespace {

TextTable choose_table(FuzzChoices& choices) {
  const TextTable tables[] = {
      {"json", "a INT, b STRING, c DOUBLE"},
      {"json",
       "a BOOLEAN, b TINYINT, c SMALLINT, d INT, e BIGINT, f FLOAT, g DOUBLE, h DECIMAL(10, 3), i DECIMAL(38, 12), j "
       "STRING, k BYTES, l DATE, m TIME(3), n TIMESTAMP(3), o TIMESTAMP(6), p TIMESTAMP(9), q TIMESTAMP_LTZ(3), r "
       "CHAR(3), s VARCHAR(5)"},
      {"json", "a BIGINT NOT NULL, b STRING NOT NULL, c DECIMAL(10, 3) NOT NULL, d TIMESTAMP(3) NOT NULL"},
      {"json", "p TIMESTAMP(9), q TIMESTAMP_LTZ(9), i DECIMAL(38, 18), k BYTES, m TIME(0), n TIMESTAMP(0)"},
      {"json", "a INT, b STRING, c DOUBLE, d BOOLEAN", {}, {}, std::vector<std::string>{"c", "a"}},
  };
  TextTable table = tables[choices.below(std::size(tables))];
  const size_t options = choices.below(8);
  if ((options & 1) != 0) table.options["timestamp-format.standard"] = "ISO-8601";
  if ((options & 6) == 2) table.options["ignore-parse-errors"] = "true";
  if ((options & 6) == 4) table.options["fail-on-missing-field"] = "true";
  if ((options & 6) == 6) table.options["encode.decimal-as-plain-number"] = "true";
  tell_records_left_out(table);
  return table;
}

// Where our grammar is wider than nlohmann's: raw control characters, halves of surrogate pairs and numbers that no
// double holds.
bool may_be_refused(std::string_view line) {
  for (const char c : line)
    if (static_cast<unsigned char>(c) < 0x20) return true;
  return line.find("\\u") != std::string_view::npos || line.find_first_of("eE") != std::string_view::npos ||
         line.size() > 300;
}

void compare_grammar(std::string_view line, bool taken) {
  if (line.find('\0') != std::string_view::npos || line.starts_with(kByteOrderMark))
    return;  // both end or start nlohmann's text
  const bool accepted = nlohmann::json::accept(line);
  const auto depth =
      static_cast<size_t>(std::count(line.begin(), line.end(), '[') + std::count(line.begin(), line.end(), '{'));
  if (accepted && depth < static_cast<size_t>(kJsonDepthMax)) CHECK_MSG(taken, "refused: {}", line);
  if (!accepted && !may_be_refused(line)) CHECK_MSG(!taken, "taken: {}", line);
}

// Requires: valid JSON. Elements are what commas outside strings and deeper values divide.
int64_t count_elements(std::string_view array) {
  int64_t commas = 0;
  int32_t depth = 0;
  bool in_string = false;
  bool any = false;
  for (size_t i = 0; i < array.size(); ++i) {
    const char c = array[i];
    if (in_string) {
      if (c == '\\') ++i;
      in_string = c != '"';
      continue;
    }
    in_string = c == '"';
    if (c == ']' || c == '}') --depth;
    if (depth > 0 && c != ' ' && c != '\t' && c != '\r') any = true;
    if (c == '[' || c == '{') ++depth;
    if (c == ',' && depth == 1) ++commas;
  }
  return any ? commas + 1 : 0;
}

int64_t count_records(const TextTable&, std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  int64_t records = 0;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const size_t first = line.find_first_not_of(" \t\r");
    if (first == std::string_view::npos) continue;
    const bool taken = is_valid_utf8(line) && !check_json(line);
    compare_grammar(line, taken);
    records += taken && line[first] == '[' ? count_elements(line) : 1;
  }
  return records;
}

}  // namespace
}  // namespace tidemill

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  tidemill::FuzzChoices choices(data, size);
  tidemill::FormatFuzzCase fuzzed;
  fuzzed.table = tidemill::choose_table(choices);
  fuzzed.seed = choices.seed();
  fuzzed.text = choices.rest();
  fuzzed.count_records = tidemill::count_records;
  fuzzed.round_trips = !fuzzed.table.columns;
  tidemill::expect_same_however_read(fuzzed);
  return 0;
}
