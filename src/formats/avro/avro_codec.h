// formats/avro/avro_codec.h - how blocks of container files are compressed. Rule: what is read back has a limit,
// whatever the bytes say.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/spi/format.h"

namespace tidemill {

enum class AvroCodec : uint8_t { kNull, kDeflate, kSnappy, kZstandard };

// Bytes of a block at most, compressed and not.
constexpr size_t kAvroBlockBytesMax = kRecordBytesMax;

// Returns the names that the specification gives them.
std::vector<std::string> avro_codec_names();
std::string_view avro_codec_name(AvroCodec codec);
// Requires: one of the names.
AvroCodec avro_codec(std::string_view name);
std::optional<AvroCodec> find_avro_codec(std::string_view name);

// Appends the bytes compressed.
void compress_avro_block(AvroCodec codec, std::string_view bytes, std::string& out);
// Replaces `out` by what was compressed. Returns what is wrong; empty: nothing.
std::string decompress_avro_block(AvroCodec codec, std::string_view bytes, std::string& out);

}  // namespace tidemill
