// tests/unit/formats/avro_file_test.cc - object container files, both ways.
#include <gtest/gtest.h>

#include "formats/avro/avro_codec.h"
#include "formats/avro/avro_cursor.h"
#include "tests/unit/formats/decoding.h"

namespace tidemill {
namespace {

using Rows = std::vector<std::string>;

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

// A file of a record of "a", an int, in one block; the marker is 16 times x.
std::string file_of(std::string_view schema, int64_t records, std::string_view block, std::string_view codec = "null") {
  std::string file = "Obj\x01";
  put_avro_long(file, 1);
  put_avro_sized(file, "avro.schema");
  put_avro_sized(file, schema);
  put_avro_long(file, 1);
  put_avro_sized(file, "avro.codec");
  put_avro_sized(file, codec);
  put_avro_long(file, 0);
  file += std::string(16, 'x');
  put_avro_long(file, records);
  put_avro_sized(file, block);
  return file + std::string(16, 'x');
}
constexpr std::string_view kInt = R"({"type": "record", "name": "r", "fields": [{"name": "a", "type": "int"}]})";

TEST(AvroFile, EachCodecIsReadBack) {
  std::string rows;
  Rows expected;
  for (int32_t i = 0; i < 3000; ++i) {
    rows += fmt::format("{} | a text of some length {}\n", i, i % 7);
    expected.push_back(fmt::format("{}: +I[{}, a text of some length {}]", i + 1, i, i % 7));
  }
  size_t plain_bytes = 0;
  for (const std::string& codec : avro_codec_names()) {
    const TextTable table{"avro", "a INT, b STRING", {{"codec", codec}}};
    const std::string file = encode_text(table, rows);
    if (codec == "null") plain_bytes = file.size();
    EXPECT_TRUE(codec == "null" || file.size() < plain_bytes / 2) << codec;
    EXPECT_EQ(decode_text(table, file).rows, expected) << codec;
    DecodeSteps steps;
    steps.chunk_bytes = 5000;
    steps.max_rows = 700;
    steps.seed = 7;
    const DecodedText pieces = decode_text(table, file, steps);
    EXPECT_EQ(pieces.rows, expected) << codec;
    ASSERT_GT(pieces.points.size(), 5U);
    for (const DecodePoint& point : pieces.points) {
      DecodeSteps from = steps;
      from.from = DecoderPosition::parse(point.position.to_string());
      const DecodedText rest = decode_text(table, file, from);
      EXPECT_EQ(rest.rows, Rows(expected.begin() + static_cast<std::ptrdiff_t>(point.rows), expected.end()));
    }
  }
}

TEST(AvroFile, TheSameRowsMakeTheSameBytes) {
  const TextTable table{"avro", "a INT"};
  EXPECT_EQ(encode_text(table, "1\n2"), encode_text(table, "1\n2"));
  EXPECT_NE(encode_text(table, "1\n2"), encode_text(table, "1\n3"));
}

TEST(AvroFile, TheFilesOwnSchemaCounts) {
  const std::string schema = R"({"type": "record", "name": "r", "fields": [{"name": "skipped", "type": "string"},
    {"name": "a", "type": "int"}]})";
  EXPECT_EQ(decode_text({"avro", "b STRING, a BIGINT"}, file_of(schema, 2, "\x02x\x02\x02y\x04")).rows,
            (Rows{"1: +I[null, 1]", "2: +I[null, 2]"}));
}

TEST(AvroFile, AFileWithoutBlocksHasNoRows) {
  std::string file = file_of(kInt, 0, "");
  EXPECT_EQ(decode_text({"avro", "a INT"}, file).rows, Rows{});
  file.resize(file.size() - 18);
  const DecodedText out = decode_text({"avro", "a INT"}, file);
  EXPECT_TRUE(out.rows.empty() && out.error.empty()) << out.error;
}

TEST(AvroFile, DamageIsToldWithItsPlace) {
  const std::string good = file_of(kInt, 2, "\x02\x04");
  const auto cut = [&](size_t bytes) { return good.substr(0, bytes); };
  std::string other_marker = good;
  other_marker.back() = 'y';
  std::string compressed;
  compress_avro_block(AvroCodec::kSnappy, "\x02\x04", compressed);
  std::string other_sum = compressed;
  other_sum.back() = static_cast<char>(other_sum.back() + 1);
  const struct {
    std::string file;
    std::string_view part;
  } cases[] = {
      {"", "it is empty"},
      {"PAR1 and more", "it does not begin with Obj and 1"},
      {cut(20), "its header is cut off"},
      {cut(good.size() - 1), "its last block is cut off"},
      {good + "\x02", "its last block is cut off"},
      {good + std::string(30, '\xff'), "no block begins there"},
      {other_marker, "no sync marker ends its block"},
      {file_of(kInt, 3, "\x02\x04"), "a block of 2 bytes cannot hold 3 records"},
      {file_of(kInt, 2, "\x02\x04", "lzo"),
       "its blocks are compressed by 'lzo'; these are read: null, deflate, snappy, zstandard"},
      {file_of(kInt, 2, "zzzzzzz", "deflate"), "a block cannot be decompressed: it is not compressed by deflate"},
      {file_of(kInt, 2, "zzzzzzz", "snappy"), "a block cannot be decompressed: it is not compressed by snappy"},
      {file_of(kInt, 2, "zzzzzzz", "zstandard"), "a block cannot be decompressed: it is not compressed by zstandard"},
      {file_of(kInt, 2, other_sum, "snappy"), "a block cannot be decompressed: its checksum is another"},
      {file_of("{", 2, "\x02\x04"), "The Avro schema of in cannot be read: it is no JSON"},
      {file_of(R"("int")", 2, "\x02\x04"), "int is written, no record"},
  };
  for (const auto& one : cases) {
    const std::string error = decode_text({"avro", "a INT"}, one.file).error;
    EXPECT_TRUE(has(error, one.part)) << one.part << ": " << error;
  }
  EXPECT_EQ(decode_text({"avro", "a INT"}, file_of(kInt, 2, compressed, "snappy")).rows,
            (Rows{"1: +I[1]", "2: +I[2]"}));
}

TEST(AvroFile, BlocksThatGrowTooLargeAreRefused) {
  std::string bomb;
  compress_avro_block(AvroCodec::kZstandard, std::string(kAvroBlockBytesMax + 1, '\0'), bomb);
  std::string out;
  EXPECT_EQ(decompress_avro_block(AvroCodec::kZstandard, bomb, out), "it is larger than a block may be");
}

TEST(AvroFile, RecordsThatCannotBeReadFollowThePolicy) {
  const std::string schema = R"({"type": "record", "name": "r", "fields": [{"name": "a", "type": "int"}]})";
  TextTable table{"avro", "a TINYINT"};
  table.errors = {RecordErrorPolicy::kDeadLetter, "/dead"};
  // 300 is too large, and the record behind it is read.
  const DecodedText out = decode_text(table, file_of(schema, 3, std::string("\x02\xd8\x04\x04", 4)));
  EXPECT_EQ(out.rows, (Rows{"1: +I[1]", "3: +I[2]"})) << out.error;
  ASSERT_EQ(out.letters.size(), 1U);
  EXPECT_TRUE(has(out.letters[0], "column 'a': 300 is out of range")) << out.letters[0];
  // Where a record's end is not known, those behind it in its block are lost, and counted; the next block is read.
  std::string broken = file_of(R"({"type": "record", "name": "r", "fields": [{"name": "a", "type": ["null", "int"]}]})",
                               3, std::string("\x02\x02\x08\x02\x02\x04", 6));
  put_avro_long(broken, 1);
  put_avro_sized(broken, "\x02\x06");
  broken += std::string(16, 'x');
  const DecodedText lost = decode_text(table, broken);
  EXPECT_EQ(lost.rows, (Rows{"1: +I[1]", "4: +I[3]"})) << lost.error;
  EXPECT_EQ(lost.errors_counted, 2);
  ASSERT_EQ(lost.letters.size(), 1U);
  EXPECT_TRUE(
      has(lost.letters[0], "has no branch 4, at byte 3; the 1 records behind it in its block are lost with it"));
}

TEST(AvroFile, OptionsOfMessagesAreRefused) {
  EXPECT_TRUE(has(decode_text({"avro", "a INT", {{"encoding", "json"}}}, "").error, "is for messages"));
  EXPECT_TRUE(has(decode_text({"avro", "a INT"}, file_of(kInt, 1, "\x02"), {1 << 16, 1024, {5, 1, "nonsense"}}).error,
                  "A saved position in in is damaged"));
}

}  // namespace
}  // namespace tidemill
