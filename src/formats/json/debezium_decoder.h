// formats/json/debezium_decoder.h - lines of Debezium messages to rows with kinds. Rule: a message is read whole or
// not at all; an update is two rows, and a position may stand between them.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "connectors/spi/decoding/record_buffer.h"
#include "connectors/spi/decoding/rows_builder.h"
#include "connectors/spi/format.h"
#include "formats/json/debezium_metadata.h"
#include "formats/json/json_row_reader.h"

namespace tidemill {

struct DebeziumSettings {
  JsonSettings rows;
  std::vector<std::string> metadata;  // keys, in the order of their columns behind those of `rows`
  std::vector<Type> types;            // of all columns
  bool schema_include = false;        // a message is {"schema": …, "payload": {…}}
};

// Source of the rules: Flink, DebeziumJsonDeserializationSchema. op c and r are +I, u is -U of "before" and +U of
// "after", d is -D. A line may be an array of messages; an empty one is a tombstone, and passed over.
class DebeziumDecoder final : public Decoder {
 public:
  // `settings` and `errors` are borrowed.
  DebeziumDecoder(const DebeziumSettings& settings, std::string split, const DecoderPosition& position,
                  RecordErrorTarget& errors);

  std::span<char> room(size_t bytes) override { return buffer_.room(bytes); }
  void filled(size_t bytes) override { buffer_.filled(bytes); }
  void end_input() override { buffer_.end_input(); }
  std::optional<DecodedRows> next(int32_t max_rows, bool flush) override;
  DecoderPosition position() const override { return returned_; }
  void restart(const DecoderPosition& position) override;
  size_t memory_bytes() const override { return buffer_.memory_bytes() + rows_.memory_bytes(); }

 private:
  // One row of the line at hand.
  struct Change {
    RowKind kind;
    std::string_view object;
    size_t message = 0;
  };

  // Takes the next line; false: it is not all there.
  bool open_line();
  void close_line();
  // Finds the changes of the line at hand; those of messages that are left out are not among them.
  void read_line();
  void read_message(const JsonToken& message);
  // Sets what a message holds; false where it is none.
  bool read_members(const JsonToken& token, DebeziumMessage& message);
  void add_changes(const DebeziumMessage& message);
  // Returns whether `token` is the object that a message with this `op` must have, and tells where it is not.
  bool has_row(const JsonToken& token, std::string_view member, std::string_view op);
  void commit(const Change& change);
  void reject(std::string message, std::string hint = "");
  void note_position();

  const DebeziumSettings& settings_;
  RecordErrorTarget& errors_;
  RecordBuffer buffer_;
  RowsBuilder rows_;
  JsonRowReader row_;

  JsonRecord line_;          // at hand; its text is empty where none is
  size_t line_bytes_ = 0;    // with its line end
  int64_t base_offset_ = 0;  // of the line in the split
  std::vector<Change> changes_;
  std::vector<DebeziumMessage> messages_;
  size_t done_ = 0;     // of the line's changes
  bool report_ = true;  // what is wrong in the line: not where it goes on, all of that was told before
  DecoderPosition returned_;
};

}  // namespace tidemill
