// formats/avro/avro_file_encoder.h - rows to an object container file. Rule: the same rows make the same bytes: the
// sync marker is a hash of schema and codec, not a random number.
#pragma once
#include <string>
#include <string_view>

#include "formats/avro/avro_file_header.h"
#include "formats/avro/avro_row_writer.h"

namespace tidemill {

// One file at a time.
class AvroFileEncoder final : public Encoder {
 public:
  AvroFileEncoder(AvroSchemaPtr schema, const Schema& columns, std::string_view table, AvroCodec codec);
  void begin_file(std::string& out) override;
  void encode(const Batch& batch, std::string& out) override;
  void end_file(std::string& out) override;
  size_t memory_bytes() const override { return block_.capacity(); }

 private:
  void end_block(std::string& out);

  AvroFileHeader header_;
  AvroRowWriter writer_;
  std::string block_;  // its records so far, not compressed
  int64_t records_ = 0;
};

}  // namespace tidemill
