// formats/avro/avro_file_decoder.h - object container files to rows. Rule: read with the file's own schema; a position
// is a block and how many of its records are done, and holds the header.
//
// The number of a record counts from 1, as the line of text does. A record that cannot be read does not tell where the
// next one begins: those behind it in its block are lost with it, each counted.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "connectors/spi/decoding/buffered_decoder.h"
#include "formats/avro/avro_file_header.h"
#include "formats/avro/avro_settings.h"

namespace tidemill {

class AvroFileDecoder final : public BufferedDecoder {
 public:
  // `settings` and `errors` are borrowed.
  AvroFileDecoder(const AvroSettings& settings, std::string split, const DecoderPosition& position,
                  RecordErrorTarget& errors);

  std::optional<DecodedRows> next(int32_t max_rows, bool flush) override;
  DecoderPosition position() const override { return returned_; }
  void restart(const DecoderPosition& position) override;
  size_t memory_bytes() const override;

 private:
  // Where the file's header is known.
  struct Opened {
    AvroFileHeader header;
    std::string state;  // the header's
    AvroProgram program;
    int64_t record_bytes_min = 0;
  };

  [[noreturn]] void refuse(const std::string& what) const;
  // Return whether all that it takes is there.
  bool read_header();
  bool open_block();
  void open(AvroFileHeader header);
  void check_block(int64_t records, std::string_view bytes) const;
  void close_block();
  void read_record();
  // Moves over the records of the block that were done before.
  void skip_done();
  void lose_rest();
  void note_position();

  const AvroSettings& settings_;
  const std::string split_;
  AvroRejection rejection_;
  RecordErrorTarget& errors_;
  RowsBuilder rows_;
  AvroRowReader reader_;
  std::unique_ptr<Opened> opened_;

  bool in_block_ = false;
  AvroCursor block_;                      // its records, not compressed
  std::shared_ptr<Buffer> block_memory_;  // in which they lie
  int64_t block_records_ = 0;
  int64_t block_done_ = 0;   // of them
  int64_t to_skip_ = 0;      // of the next block
  size_t block_bytes_ = 0;   // in the file, all of it
  int64_t base_offset_ = 0;  // of the block, or what comes next
  int64_t number_ = 1;       // of the next record
  DecoderPosition returned_;
};

// As DecodingFormat's.
RecordEnds avro_record_ends(const DecoderPosition& position);
size_t whole_avro_blocks(std::string_view text);

}  // namespace tidemill
