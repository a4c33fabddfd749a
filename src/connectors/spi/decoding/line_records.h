// connectors/spi/decoding/line_records.h - messages for a decoder of text files. Rule: a message is one line of a text
// that the decoder is given; whatever it says of a line is said of that message.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "connectors/spi/format.h"

namespace tidemill {

// What a line break within a message is.
enum class InnerLineBreaks : uint8_t {
  kOfJson,  // white space, or within a string a part of it: the message becomes one line
  kOfText,  // the decoder's own: each line of the message is a record, or a part of one
};

// How messages become lines.
struct LineRecordSettings {
  std::string_view format;  // in errors: "JSON"
  InnerLineBreaks inner = InnerLineBreaks::kOfText;
  bool skips_empty = false;  // an empty message is passed over as a tombstone is; otherwise it is an error
};

class LineRecordDecoder final : public RecordDecoder, private RecordErrorTarget {
 public:
  // `format` and `errors` are borrowed.
  LineRecordDecoder(const DecodingFormat& format, LineRecordSettings settings, RecordErrorTarget& errors);
  void begin(std::string_view split, std::span<const Record> records) override;
  std::optional<DecodedRows> next(int32_t max_rows) override;
  size_t memory_bytes() const override { return decoder_->memory_bytes() + text_.capacity(); }

 private:
  void reject(std::string_view split, const RecordError& error) override;
  void ignore_value() override { errors_.ignore_value(); }
  void ignore_record() override { errors_.ignore_record(); }

  // Gives the decoder the next messages; false: there are none.
  bool feed();
  // Takes a message into the text for the decoder; false: it must be a text of its own.
  bool take(const Record& record);
  void reject_empty(const Record& record);
  // Returns the message that line `line` of the decoder's text is of.
  const Record& record_of(int64_t line) const;
  // Replaces the numbers of lines by those of messages.
  void number_rows(DecodedRows& rows) const;

  const LineRecordSettings settings_;
  RecordErrorTarget& errors_;
  std::string split_;
  std::span<const Record> records_;
  size_t taken_ = 0;           // of records_
  std::string text_;           // of the messages at hand
  std::vector<size_t> lines_;  // by line: index of its message
  bool alone_ = false;         // the text is of one message, whatever its lines are
  std::unique_ptr<Decoder> decoder_;
};

}  // namespace tidemill
