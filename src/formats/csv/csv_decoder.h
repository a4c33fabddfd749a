// formats/csv/csv_decoder.h - CSV records to rows. Rule: a record ends at a line break outside quotes; every record has
// the fields that its table (or header) has.
#pragma once
#include <string>
#include <vector>

#include "connectors/spi/decoding/record_buffer.h"
#include "connectors/spi/decoding/rows_builder.h"
#include "connectors/spi/decoding/text_value.h"
#include "connectors/spi/format.h"
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

class CsvDecoder final : public Decoder {
 public:
  // `settings` and `errors` are borrowed.
  CsvDecoder(const CsvSettings& settings, std::string split, const DecoderPosition& position, RecordErrors& errors);

  std::span<char> room(size_t bytes) override { return buffer_.room(bytes); }
  void filled(size_t bytes) override { buffer_.filled(bytes); }
  void end_input() override { buffer_.end_input(); }
  std::optional<DecodedRows> next(int32_t max_rows, bool flush) override;
  DecoderPosition position() const override { return returned_; }

 private:
  static constexpr int32_t kNotWanted = -1;

  // Decodes the record at the cursor; false: it is not all there.
  bool decode_record();
  bool read_quoted(std::string_view rest, std::string_view line);
  void take_fields(std::string_view record);
  void take_header(std::string_view record);
  void bind_header();
  // Returns whether the record may become a row.
  bool check_field_count(std::string_view record);
  bool set_field(size_t field, int32_t column, std::string_view record);
  ValueStatus set_value(ColumnFiller& column, size_t field);
  void reject(std::string_view record, std::string column, std::string message, std::string hint);
  void advance(size_t bytes);
  void note_position();

  const CsvSettings& settings_;
  const std::string split_;
  RecordErrors& errors_;
  RecordBuffer buffer_;
  RowsBuilder rows_;
  CsvRecord record_;
  bool has_text_ = false;  // some column may point into the buffer

  std::vector<int32_t> column_of_field_;  // output column, or kNotWanted
  bool header_pending_ = false;
  int64_t offset_ = 0;  // of the next record in the split
  int64_t line_ = 1;
  std::string header_;  // the header record as it stands in the file
  DecoderPosition returned_;
};

}  // namespace tidemill
