// formats/avro/avro_file_header.h - what an object container file begins with. Rule: as the specification says:
//
//   file   := "Obj" 1, map of bytes (avro.schema, avro.codec, …), 16 bytes of sync, block…
//   block  := long records, long bytes, the records (compressed), the 16 bytes of sync
#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "formats/avro/avro_codec.h"
#include "formats/avro/avro_cursor.h"

namespace tidemill {

using AvroSync = std::array<char, 16>;

struct AvroFileHeader {
  std::string schema;
  AvroCodec codec = AvroCodec::kNull;
  AvroSync sync = {};

  // Returns what goes on from within the file needs: "<codec> <sync> <schema>"; and reads it back (nullopt: damaged).
  std::string to_state() const;
  static std::optional<AvroFileHeader> of_state(std::string_view state);
};

enum class AvroHeaderRead : uint8_t { kWhole, kCutOff, kDamaged };
// Reads the header that the cursor stands at. Where it is damaged, `complaint` says how.
AvroHeaderRead read_avro_header(AvroCursor& cursor, AvroFileHeader& header, std::string& complaint);
void append_avro_header(const AvroFileHeader& header, std::string& out);

// Reads the two numbers that a block begins with. Returns false where they are cut off or negative.
inline bool read_avro_block_head(AvroCursor& cursor, int64_t& records, int64_t& bytes) {
  return cursor.read_long(records) && cursor.read_long(bytes) && records >= 0 && bytes >= 0;
}

}  // namespace tidemill
