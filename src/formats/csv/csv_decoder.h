// formats/csv/csv_decoder.h - CSV records to rows. Rule: a record ends at a line break outside quotes; every record has
// the fields that its table (or header) has.
//
// Whole lines are taken as a window in which the index finds the ends of fields. A line without quotes and escapes
// whose fields are as many as they should be is read straight from there; whatever else it may be is CsvRecord's.
#pragma once
#include <string>
#include <vector>

#include "connectors/spi/decoding/buffered_decoder.h"
#include "connectors/spi/decoding/rows_builder.h"
#include "connectors/spi/decoding/text_value.h"
#include "formats/csv/csv_index.h"
#include "formats/csv/csv_record.h"

namespace tidemill {

struct CsvSettings {
  CsvDialect dialect;
  std::vector<std::string> table_columns;  // every physical column, in order
  std::vector<int32_t> projection;         // indices of the columns to read
  std::vector<Type> types;                 // of those
  TextForm form;
  bool ignore_parse_errors = false;
};

class CsvDecoder final : public BufferedDecoder {
 public:
  // `settings` and `errors` are borrowed.
  CsvDecoder(const CsvSettings& settings, std::string split, const DecoderPosition& position,
             RecordErrorTarget& errors);

  std::optional<DecodedRows> next(int32_t max_rows, bool flush) override;
  DecoderPosition position() const override { return returned_; }
  void restart(const DecoderPosition& position) override;
  size_t memory_bytes() const override { return buffer_.memory_bytes() + rows_.memory_bytes() + index_.memory_bytes(); }

 private:
  static constexpr int32_t kNotWanted = -1;

  // The columns wanted, by the place of their field.
  struct WantedField {
    size_t field;
    int32_t column;
  };

  // Takes the next whole lines as the window; false: none are there.
  bool open_window();
  // Decodes the record at the cursor; false: it is not all there.
  bool decode_record();
  // Decodes a line that ends at offset_at(end_token) of the window, reading from the index.
  bool decode_plain(size_t end_token, std::string_view line);
  bool read_quoted(std::string_view rest, std::string_view line);
  void take_fields(std::string_view record);
  void take_header(std::string_view record);
  void bind_header();
  // Finds where the columns wanted are, as far as it is known before the header is read.
  void bind_fields();
  // Returns whether the record may become a row.
  bool check_field_count(std::string_view record);
  // Requires: `copied` where the text does not lie in the buffer.
  bool set_field(std::string_view text, bool copied, int32_t column, std::string_view record);
  ValueStatus set_value(ColumnFiller& column, std::string_view text, bool copied);
  void want_fields();
  void reject(std::string_view record, std::string column, std::string message, std::string hint);
  void advance(size_t bytes);
  void note_position();

  const CsvSettings& settings_;
  const std::string split_;
  RecordErrorTarget& errors_;
  RowsBuilder rows_;
  CsvRecord record_;
  bool has_text_ = false;  // some column may point into the buffer

  CsvIndex index_;
  std::string_view window_;  // in the buffer; empty: none is open
  size_t cursor_ = 0;        // of the next record in the window
  size_t token_ = 0;         // first of the index at or behind the cursor

  std::vector<int32_t> column_of_field_;  // output column, or kNotWanted
  std::vector<WantedField> wanted_;       // those of column_of_field_ that are wanted
  bool header_pending_ = false;
  int64_t offset_ = 0;  // of the next record in the split
  int64_t line_ = 1;
  std::string header_;  // the header record as it stands in the file
  DecoderPosition returned_;
};

}  // namespace tidemill
