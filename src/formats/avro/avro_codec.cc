#include "formats/avro/avro_codec.h"

#include <snappy.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>

#include "base/check.h"

namespace tidemill {
namespace {

constexpr std::string_view kNames[] = {"null", "deflate", "snappy", "zstandard"};  // by AvroCodec
constexpr int kRawDeflate = -15;  // window bits; negative: without zlib's head
constexpr size_t kChunkBytes = size_t{64} << 10;
constexpr std::string_view kTooLarge = "it is larger than a block may be";

auto* bytes_of(std::string_view text) { return reinterpret_cast<Bytef*>(const_cast<char*>(text.data())); }

// Appends `size` bytes, high ones first.
uint32_t checksum(std::string_view bytes) {
  return static_cast<uint32_t>(::crc32(0, bytes_of(bytes), static_cast<uInt>(bytes.size())));
}

void compress_deflate(std::string_view bytes, std::string& out) {
  z_stream stream = {};
  CHECK_EQ(deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kRawDeflate, 8, Z_DEFAULT_STRATEGY), Z_OK);
  const size_t before = out.size();
  out.resize(before + deflateBound(&stream, bytes.size()));
  stream.next_in = bytes_of(bytes);
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
  stream.avail_out = static_cast<uInt>(out.size() - before);
  const int result = ::deflate(&stream, Z_FINISH);
  out.resize(before + stream.total_out);
  deflateEnd(&stream);
  CHECK_EQ(result, Z_STREAM_END);
}

std::string decompress_deflate(std::string_view bytes, std::string& out) {
  z_stream stream = {};
  CHECK_EQ(inflateInit2(&stream, kRawDeflate), Z_OK);
  stream.next_in = bytes_of(bytes);
  stream.avail_in = static_cast<uInt>(bytes.size());
  int result = Z_OK;
  while (result == Z_OK && out.size() <= kAvroBlockBytesMax) {
    const size_t before = out.size();
    out.resize(before + std::max(kChunkBytes, bytes.size()));
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    stream.avail_out = static_cast<uInt>(out.size() - before);
    result = ::inflate(&stream, Z_NO_FLUSH);
    const bool stuck = stream.avail_in == 0 && stream.avail_out > 0 && result == Z_OK;
    out.resize(out.size() - stream.avail_out);
    if (stuck) break;
  }
  inflateEnd(&stream);
  if (out.size() > kAvroBlockBytesMax) return std::string(kTooLarge);
  return result == Z_STREAM_END ? "" : "it is not compressed by deflate";
}

// Behind the bytes stands the checksum of what they were, the high byte first.
void compress_snappy(std::string_view bytes, std::string& out) {
  std::string compressed;
  snappy::Compress(bytes.data(), bytes.size(), &compressed);
  out += compressed;
  const uint32_t sum = checksum(bytes);
  for (int32_t shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(sum >> shift);
}

std::string decompress_snappy(std::string_view bytes, std::string& out) {
  if (bytes.size() < sizeof(uint32_t)) return "it is cut off";
  const std::string_view compressed = bytes.substr(0, bytes.size() - sizeof(uint32_t));
  size_t size = 0;
  if (!snappy::GetUncompressedLength(compressed.data(), compressed.size(), &size))
    return "it is not compressed by snappy";
  if (size > kAvroBlockBytesMax) return std::string(kTooLarge);
  if (!snappy::Uncompress(compressed.data(), compressed.size(), &out)) return "it is not compressed by snappy";
  uint32_t sum = 0;
  for (const char byte : bytes.substr(compressed.size())) sum = sum << 8 | static_cast<unsigned char>(byte);
  return sum == checksum(out) ? "" : "its checksum is another";
}

void compress_zstandard(std::string_view bytes, std::string& out) {
  const size_t before = out.size();
  out.resize(before + ZSTD_compressBound(bytes.size()));
  const size_t size =
      ZSTD_compress(out.data() + before, out.size() - before, bytes.data(), bytes.size(), ZSTD_CLEVEL_DEFAULT);
  CHECK(ZSTD_isError(size) == 0);
  out.resize(before + size);
}

std::string decompress_zstandard(std::string_view bytes, std::string& out) {
  ZSTD_DCtx* const context = ZSTD_createDCtx();
  CHECK(context != nullptr);
  ZSTD_inBuffer in = {bytes.data(), bytes.size(), 0};
  size_t result = 1;  // 0: a frame has ended
  while (out.size() <= kAvroBlockBytesMax && (in.pos < in.size || result != 0)) {
    const size_t before = out.size();
    out.resize(before + std::max(kChunkBytes, bytes.size()));
    ZSTD_outBuffer to = {out.data() + before, out.size() - before, 0};
    const size_t read_before = in.pos;
    result = ZSTD_decompressStream(context, &to, &in);
    out.resize(before + to.pos);
    if (ZSTD_isError(result) != 0 || (to.pos == 0 && in.pos == read_before)) break;
  }
  ZSTD_freeDCtx(context);
  if (out.size() > kAvroBlockBytesMax) return std::string(kTooLarge);
  return result == 0 && in.pos == in.size ? "" : "it is not compressed by zstandard";
}

}  // namespace

std::vector<std::string> avro_codec_names() { return {std::begin(kNames), std::end(kNames)}; }

std::string_view avro_codec_name(AvroCodec codec) { return kNames[static_cast<size_t>(codec)]; }

std::optional<AvroCodec> find_avro_codec(std::string_view name) {
  const auto* const found = std::ranges::find(kNames, name);
  if (found == std::end(kNames)) return std::nullopt;
  return static_cast<AvroCodec>(found - std::begin(kNames));
}

AvroCodec avro_codec(std::string_view name) {
  const std::optional<AvroCodec> codec = find_avro_codec(name);
  CHECK(codec.has_value());
  return *codec;
}

void compress_avro_block(AvroCodec codec, std::string_view bytes, std::string& out) {
  switch (codec) {
    case AvroCodec::kNull:
      out += bytes;
      return;
    case AvroCodec::kDeflate:
      return compress_deflate(bytes, out);
    case AvroCodec::kSnappy:
      return compress_snappy(bytes, out);
    case AvroCodec::kZstandard:
      return compress_zstandard(bytes, out);
  }
}

std::string decompress_avro_block(AvroCodec codec, std::string_view bytes, std::string& out) {
  out.clear();
  switch (codec) {
    case AvroCodec::kNull:
      out = bytes;
      return "";
    case AvroCodec::kDeflate:
      return decompress_deflate(bytes, out);
    case AvroCodec::kSnappy:
      return decompress_snappy(bytes, out);
    default:
      return decompress_zstandard(bytes, out);
  }
}

}  // namespace tidemill
