// formats/csv/csv_record.h - one CSV record into its fields. Rule: RFC 4180 with the liberties that Flink's reader
// (Jackson) takes: a quote counts only at the start of a field; spaces behind the closing one are dropped.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidemill {

struct CsvDialect {
  char delimiter = ',';
  std::optional<char> quote = '"';
  std::optional<char> escape;
  bool comments = false;  // lines that start with # hold no record
  bool header = false;    // the first record names the columns
  std::optional<std::string> null_literal;
};

class CsvRecord {
 public:
  enum class Outcome : uint8_t {
    kWhole,       // fields() are the record's
    kIncomplete,  // a quote is open, or an escape stands at the end of the text
    kBroken,      // error() says why
  };

  // Reads the record at the start of `text`, which may hold line breaks inside quotes; `text` goes on behind it.
  Outcome read(std::string_view text, const CsvDialect& dialect);
  // Splits a line that has neither quotes nor escapes; no line break at its end.
  void split(std::string_view line, char delimiter);

  // Views into the text, or into this object where is_copied.
  const std::vector<std::string_view>& fields() const { return fields_; }
  bool is_copied(size_t field) const { return field < copied_.size() && copied_[field]; }
  // Bytes of the record without its line end, and with it.
  size_t content_bytes() const { return content_bytes_; }
  size_t total_bytes() const { return total_bytes_; }
  // True where a line break, and not merely the end of the text, ends the record.
  bool is_terminated() const { return is_terminated_; }
  const std::string& error() const { return error_; }

 private:
  bool quoted_field(std::string_view text, const CsvDialect& dialect, size_t& at);
  bool bare_field(std::string_view text, const CsvDialect& dialect, size_t& at);
  void add_copied(size_t begin);
  Outcome fail(Outcome outcome, std::string error);

  std::vector<std::string_view> fields_;
  std::vector<bool> copied_;
  std::vector<std::pair<size_t, size_t>> copies_;  // begin and size in unescaped_, for the fields that are copied
  std::string unescaped_;
  std::string error_;
  Outcome outcome_ = Outcome::kWhole;
  size_t content_bytes_ = 0;
  bool is_terminated_ = false;
  size_t total_bytes_ = 0;
};

// Returns how many bytes of `text`, which starts where a record does and may break off anywhere, are whole records with
// their line breaks, as CsvDecoder sees them. Only lines with a quote or an escape in them are looked at closely.
size_t whole_csv_records(std::string_view text, const CsvDialect& dialect);

// True for a line that holds no record: a comment.
bool is_csv_comment(std::string_view line, const CsvDialect& dialect);

}  // namespace tidemill
