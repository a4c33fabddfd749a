// formats/raw/raw_decoder.h - lines of files, and messages, as rows of one column. Rule: a line of a file is a record,
// also one that holds nothing; a message is one whatever it holds, and a tombstone is NULL.
#pragma once
#include <string>
#include <vector>

#include "connectors/spi/decoding/buffered_decoder.h"
#include "connectors/spi/decoding/rows_builder.h"
#include "formats/raw/raw_value.h"

namespace tidemill {

class RawDecoder final : public BufferedDecoder {
 public:
  // `settings` and `errors` are borrowed.
  RawDecoder(const RawSettings& settings, std::string split, const DecoderPosition& position,
             RecordErrorTarget& errors);

  std::optional<DecodedRows> next(int32_t max_rows, bool flush) override;
  DecoderPosition position() const override { return returned_; }
  void restart(const DecoderPosition& position) override;
  size_t memory_bytes() const override { return buffer_.memory_bytes() + rows_.memory_bytes() + scratch_.capacity(); }

 private:
  // Decodes the next line; false: it is not all there.
  bool decode_line();

  const RawSettings& settings_;
  const std::string split_;
  RecordErrorTarget& errors_;
  RowsBuilder rows_;
  std::string scratch_;
  DecoderPosition next_;  // of the next line
  DecoderPosition returned_;
};

class RawRecordDecoder final : public RecordDecoder {
 public:
  // `settings` and `errors` are borrowed.
  RawRecordDecoder(const RawSettings& settings, RecordErrorTarget& errors);
  void begin(std::string_view split, std::span<const Record> records) override;
  std::optional<DecodedRows> next(int32_t max_rows) override;
  size_t memory_bytes() const override { return rows_.memory_bytes() + scratch_.capacity(); }

 private:
  void decode(const Record& record);

  const RawSettings& settings_;
  RecordErrorTarget& errors_;
  RowsBuilder rows_;
  std::string split_;
  std::span<const Record> records_;  // not decoded yet
  std::string scratch_;
};

}  // namespace tidemill
