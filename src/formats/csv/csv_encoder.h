// formats/csv/csv_encoder.h - rows to CSV records. Rule: the bytes that Flink's csv format writes for the same rows,
// and a header where one is asked for.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "connectors/spi/encoding/column_texts.h"
#include "connectors/spi/format.h"
#include "formats/csv/csv_record.h"

namespace tidemill {

struct CsvEncoderSettings {
  CsvDialect dialect;
  std::vector<std::string> names;
  TextStyle style;
};

class CsvEncoder final : public RecordEncoder {
 public:
  explicit CsvEncoder(const CsvEncoderSettings& settings);
  void begin(const Batch& batch) override;
  void append(int32_t row, std::string& out) override;
  // Returns the names of the columns as a line; empty where none is asked for.
  std::string header() const;

 private:
  enum class Quotes : uint8_t {
    kNever,   // numbers and booleans
    kAlways,  // with nothing to double inside
    kByText,
  };

  // A column of the batch at hand.
  struct EncodedColumn {
    std::optional<Decoded<int64_t>> big_ints;  // BIGINTs, written as the rows are
    ColumnTexts texts;                         // of any other type
    Quotes quotes = Quotes::kByText;

    bool is_null(int32_t row) const { return big_ints ? big_ints->is_null(row) : texts.is_null(row); }
  };

  Quotes quotes_of(const Type& type) const;
  size_t record_bytes_max(int32_t row) const;
  // Write to where there is room; return what is behind.
  char* write_field(const EncodedColumn& column, int32_t row, char* to) const;
  char* write_text(std::string_view text, char* to) const;
  char* write_doubled(std::string_view text, char* to) const;
  bool needs_quotes(std::string_view text) const;

  CsvEncoderSettings settings_;
  std::array<bool, 256> makes_quotes_ = {};  // by byte: a text that has it is quoted
  std::vector<EncodedColumn> columns_;
  std::vector<char> record_;  // the one at hand: room that is written over again and again
};

}  // namespace tidemill
