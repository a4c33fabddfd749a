// tests/fuzz/csv_fuzz.cc - any bytes as CSV of one of several tables and dialects. Rule: format_oracle.h, and a line
// without quotes is split as a record with quotes is read.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "base/utf8.h"
#include "formats/csv/csv_record.h"
#include "tests/fuzz/format_oracle.h"

namespace tidemill {
namespace {

TextTable choose_columns(FuzzChoices& choices) {
  const TextTable tables[] = {
      {"csv", "a INT, b STRING"},
      {"csv",
       "a BOOLEAN, b TINYINT, c SMALLINT, d INT, e BIGINT, f FLOAT, g DOUBLE, h DECIMAL(10, 3), i DECIMAL(38, 12), j "
       "STRING, k BYTES, l DATE, m TIME(3), n TIMESTAMP(3), o TIMESTAMP(6), p TIMESTAMP(9), q TIMESTAMP_LTZ(3)"},
      {"csv", "a STRING"},
      {"csv", "a STRING NOT NULL, b DECIMAL(10, 3) NOT NULL, c TIMESTAMP_LTZ(9) NOT NULL"},
      {"csv", "c STRING, a STRING, b VARCHAR(3)"},
      {"csv", "a INT, b STRING, c DOUBLE", {}, {}, std::vector<std::string>{"c", "a"}},
  };
  return tables[choices.below(std::size(tables))];
}

TextTable choose_table(FuzzChoices& choices) {
  TextTable table = choose_columns(choices);
  const std::string delimiters[] = {",", ";", "\t", "|"};
  const std::string quotes[] = {"", "'", "none"};
  const std::string nulls[] = {"none", "", "\\N", "a"};
  const std::string& delimiter = delimiters[choices.below(std::size(delimiters))];
  const std::string& quote = quotes[choices.below(std::size(quotes))];
  const std::string& null = nulls[choices.below(std::size(nulls))];
  const size_t flags = choices.below(32);
  if (delimiter != ",") table.options["field-delimiter"] = delimiter;
  if (quote == "none") table.options["disable-quote-character"] = "true";
  if (quote == "'") table.options["quote-character"] = quote;
  if (null != "none") table.options["null-literal"] = null;
  if ((flags & 1) != 0) table.options["header"] = "true";
  if ((flags & 2) != 0) table.options["escape-character"] = "\\";
  if ((flags & 4) != 0) table.options["allow-comments"] = "true";
  if ((flags & 8) != 0) table.options["ignore-parse-errors"] = "true";
  if ((flags & 16) != 0) table.options["timestamp-format.standard"] = "ISO-8601";
  tell_records_left_out(table);
  return table;
}

bool has_option(const TextTable& table, const std::string& name) { return table.options.count(name) != 0; }

CsvDialect dialect_of(const TextTable& table) {
  CsvDialect dialect;
  if (has_option(table, "field-delimiter")) dialect.delimiter = table.options.at("field-delimiter")[0];
  if (has_option(table, "quote-character")) dialect.quote = table.options.at("quote-character")[0];
  if (has_option(table, "disable-quote-character")) dialect.quote.reset();
  if (has_option(table, "escape-character")) dialect.escape = '\\';
  dialect.comments = has_option(table, "allow-comments");
  dialect.header = has_option(table, "header");
  return dialect;
}

// A line end is \n or \r\n.
std::string_view line_of(std::string_view text) {
  std::string_view line = text.substr(0, text.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

int64_t count_records(const TextTable& table, std::string_view text) {
  const CsvDialect dialect = dialect_of(table);
  const bool one_column = table.schema.find(',') == std::string::npos;
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  int64_t records = 0;
  CsvRecord record;
  while (!text.empty()) {
    const std::string_view line = line_of(text);
    size_t bytes = std::min(text.size(), text.find('\n') + 1);
    if (text.find('\n') == std::string_view::npos) bytes = text.size();
    if ((!line.empty() || one_column) && !is_csv_comment(line, dialect)) {
      ++records;
      const bool plain = (!dialect.quote || line.find(*dialect.quote) == std::string_view::npos) &&
                         (!dialect.escape || line.find(*dialect.escape) == std::string_view::npos);
      if (record.read(text, dialect) == CsvRecord::Outcome::kWhole) bytes = record.total_bytes();
      if (plain) {
        const std::vector<std::string_view> fields = record.fields();
        record.split(line, dialect.delimiter);
        CHECK_MSG(record.fields() == fields, "line '{}' splits and reads differently", line);
      }
    }
    text.remove_prefix(bytes);
  }
  return dialect.header && records > 0 ? records - 1 : records;
}

// Without quotes some texts cannot be written, and without a text for NULL it is read back as an empty field. A null
// literal with the escape character in it is written as it is and read as what the escape stands for, as by Flink.
bool reads_what_it_writes(const TextTable& table) {
  if (table.columns || has_option(table, "disable-quote-character") || !has_option(table, "null-literal")) return false;
  return !has_option(table, "escape-character") || table.options.at("null-literal") != "\\N";
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
  fuzzed.round_trips = tidemill::reads_what_it_writes(fuzzed.table);
  tidemill::expect_same_however_read(fuzzed);
  return 0;
}
