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
  // A column of the batch at hand.
  struct EncodedColumn {
    std::optional<Decoded<int64_t>> big_ints;  // BIGINTs, written as the rows are
    ColumnTexts texts;                         // of any other type
    bool is_bare = false;                      // numbers and booleans are never quoted

    bool is_null(int32_t row) const { return big_ints ? big_ints->is_null(row) : texts.is_null(row); }
  };

  void append_text(std::string_view text, std::string& out) const;
  void append_doubled(std::string_view text, std::string& out) const;
  bool needs_quotes(std::string_view text) const;

  CsvEncoderSettings settings_;
  std::array<bool, 256> makes_quotes_ = {};  // by byte: a text that has it is quoted
  std::vector<EncodedColumn> columns_;
};

}  // namespace tidemill
