#include "formats/avro/avro_file_header.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"

namespace tidemill {
namespace {

constexpr std::string_view kMagic = "Obj\x01";

}  // namespace

std::string AvroFileHeader::to_state() const {
  std::string state(avro_codec_name(codec));
  state += ' ';
  for (const char byte : sync) state += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return state + " " + schema;
}

std::optional<AvroFileHeader> AvroFileHeader::of_state(std::string_view state) {
  AvroFileHeader header;
  const size_t space = std::min(state.find(' '), state.size());
  const auto codec = find_avro_codec(state.substr(0, space));
  const size_t digits = 2 * header.sync.size();
  if (!codec || state.size() < space + digits + 2) return std::nullopt;
  header.codec = *codec;
  for (size_t i = 0; i < header.sync.size(); ++i) {
    const char* const from = state.data() + space + 1 + 2 * i;
    uint8_t byte = 0;
    if (std::from_chars(from, from + 2, byte, 16).ptr != from + 2) return std::nullopt;
    header.sync[i] = static_cast<char>(byte);
  }
  header.schema = state.substr(space + digits + 2);
  return header;
}

AvroHeaderRead read_avro_header(AvroCursor& cursor, AvroFileHeader& header, std::string& complaint) {
  std::string_view bytes;
  const auto damaged = [&](std::string why) {
    complaint = std::move(why);
    return AvroHeaderRead::kDamaged;
  };
  if (!cursor.read(kMagic.size(), bytes)) return AvroHeaderRead::kCutOff;
  if (bytes != kMagic) return damaged("it does not begin with Obj and 1");
  bool has_schema = false;
  for (;;) {
    int64_t count = 0;
    int64_t size = 0;
    if (!cursor.read_long(count)) return AvroHeaderRead::kCutOff;
    if (count == 0) break;
    if (count < 0 && !cursor.read_long(size)) return AvroHeaderRead::kCutOff;
    for (uint64_t left = count < 0 ? 0 - static_cast<uint64_t>(count) : static_cast<uint64_t>(count); left > 0;
         --left) {
      std::string_view key, value;
      if (!cursor.read_sized(key) || !cursor.read_sized(value)) return AvroHeaderRead::kCutOff;
      if (key == "avro.schema") {
        header.schema = value;
        has_schema = true;
      }
      if (key != "avro.codec") continue;
      const auto codec = find_avro_codec(value);
      if (!codec)
        return damaged(fmt::format("its blocks are compressed by '{}'; these are read: {}", value,
                                   fmt::join(avro_codec_names(), ", ")));
      header.codec = *codec;
    }
  }
  if (!cursor.read(header.sync.size(), bytes)) return AvroHeaderRead::kCutOff;
  std::ranges::copy(bytes, header.sync.begin());
  return has_schema ? AvroHeaderRead::kWhole : damaged("it has no avro.schema");
}

void append_avro_header(const AvroFileHeader& header, std::string& out) {
  out += kMagic;
  put_avro_long(out, 2);
  put_avro_sized(out, "avro.codec");
  put_avro_sized(out, avro_codec_name(header.codec));
  put_avro_sized(out, "avro.schema");
  put_avro_sized(out, header.schema);
  put_avro_long(out, 0);
  out.append(header.sync.data(), header.sync.size());
}

}  // namespace tidemill
