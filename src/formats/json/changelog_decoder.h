// formats/json/changelog_decoder.h - lines of messages about changes to rows with kinds. Rule: a message is read whole
// or not at all; an update is two rows, and a position may stand between them.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "connectors/spi/decoding/buffered_decoder.h"
#include "connectors/spi/decoding/rows_builder.h"
#include "formats/json/changelog_dialect.h"
#include "formats/json/json_row_reader.h"

namespace tidemill {

struct ChangelogSettings {
  JsonSettings rows;
  std::vector<MessageMetadata> metadata;  // of the columns behind those of `rows`; from the outermost object on
  std::vector<Type> types;                // of all columns
  std::shared_ptr<const ChangelogDialect> dialect;
};

// A line may be an array of messages; an empty one is a tombstone, and passed over.
class ChangelogDecoder final : public BufferedDecoder {
 public:
  // `settings` and `errors` are borrowed.
  ChangelogDecoder(const ChangelogSettings& settings, std::string split, const DecoderPosition& position,
                   RecordErrorTarget& errors);

  std::optional<DecodedRows> next(int32_t max_rows, bool flush) override;
  DecoderPosition position() const override { return returned_; }
  void restart(const DecoderPosition& position) override;
  size_t memory_bytes() const override { return buffer_.memory_bytes() + rows_.memory_bytes(); }

 private:
  // One row of the line at hand.
  struct Change {
    ToldRow row;
    JsonToken message;
    bool readable = false;  // it has been set once
  };

  // Takes the next line; false: it is not all there.
  bool open_line();
  void close_line();
  // Finds the changes of the line at hand; those of messages that are left out, all but single ones, are not among
  // them.
  void read_line();
  void read_message(const JsonToken& message, std::span<const JsonMember> members);
  // Sets the row. Returns false where the record is left out.
  bool set_row(const ToldRow& row, bool report);
  // Gives the row, or leaves its record out.
  void commit(const Change& change);
  void reject(std::string message, std::string hint = "");
  void note_position();

  const ChangelogSettings& settings_;
  RecordErrorTarget& errors_;
  RowsBuilder rows_;
  JsonRowReader row_;

  JsonRecord line_;                  // at hand; its text is empty where none is
  size_t line_bytes_ = 0;            // with its line end
  int64_t base_offset_ = 0;          // of the line in the split
  std::vector<JsonMember> members_;  // of the line, where it is an object
  std::vector<Change> changes_;
  size_t done_ = 0;     // of the line's changes
  bool report_ = true;  // what is wrong in the line: not where it goes on, all of that was told before
  DecoderPosition returned_;
};

}  // namespace tidemill
