// tests/unit/formats/raw_test.cc - the format 'raw'. Rule: tables of bytes and values, for files and for messages.
#include <gtest/gtest.h>

#include "tests/unit/formats/decoding.h"

namespace tidemill {
namespace {

using namespace std::string_literals;
using Rows = std::vector<std::string>;
using Messages = std::vector<std::optional<std::string>>;

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TextTable table_of(const std::string& type, OptionMap options = {}) { return {"raw", "v " + type, std::move(options)}; }

struct ValueCase {
  std::string type;
  OptionMap options;
  std::string bytes;
  std::string shown;
  std::string written = {};  // in a table of text, where that is another
};

const OptionMap kLittle = {{"endianness", "little-endian"}};

OptionMap charset(const std::string& name) { return {{"charset", name}}; }

const ValueCase kValues[] = {
    {"STRING", {}, "h\xC3\xA9", "h\xC3\xA9"},
    {"CHAR(3)", {}, "abc", "abc"},
    {"VARCHAR(2)", {}, "longer than that", "longer than that"},
    {"BOOLEAN", {}, "\x01", "true", "TRUE"},
    {"BOOLEAN", {}, "\0"s, "false", "FALSE"},
    {"TINYINT", {}, "\xFE", "-2"},
    {"SMALLINT", {}, "\x01\x02", "258"},
    {"SMALLINT", kLittle, "\x01\x02", "513"},
    {"INT", {}, "\xFF\xFF\xFF\xFE", "-2"},
    {"INT", kLittle, "\x01\0\0\0"s, "1"},
    {"BIGINT", {}, "\0\0\0\0\0\0\x01\0"s, "256"},
    {"BIGINT", kLittle, "\0\x01\0\0\0\0\0\0"s, "256"},
    {"FLOAT", {}, "\x3F\xC0\0\0"s, "1.5"},
    {"FLOAT", kLittle, "\0\0\xC0\x3F"s, "1.5"},
    {"DOUBLE", {}, "\xC0\x04\0\0\0\0\0\0"s, "-2.5"},
    {"DOUBLE", kLittle, "\0\0\0\0\0\0\x04\xC0"s, "-2.5"},
    {"STRING", charset("ISO-8859-1"), "h\xE9", "h\xC3\xA9"},
    {"STRING", charset("latin1"), "h\xE9", "h\xC3\xA9"},
    {"STRING", charset("us-ascii"), "plain", "plain"},
    {"STRING", charset("UTF-16BE"), "\0h\0\xE9"s, "h\xC3\xA9"},
    {"STRING", charset("UTF-16LE"), "h\0\xE9\0"s, "h\xC3\xA9"},
    {"STRING", charset("UTF-16LE"), "\x3D\xD8\0\xDE"s, "\xF0\x9F\x98\x80"},
    {"STRING", charset("UTF-16"), "\xFE\xFF\0h"s, "h"},
};

TEST(Raw, MessagesAreReadAndWritten) {
  for (const ValueCase& one : kValues) {
    const TextTable table = table_of(one.type, one.options);
    const DecodedText out = decode_messages(table, {one.bytes});
    EXPECT_EQ(out.rows, Rows{"10: +I[" + one.shown + "]"}) << one.type << " " << out.error;
    EXPECT_EQ(encode_messages(table, one.written.empty() ? one.shown : one.written), Rows{one.bytes}) << one.type;
  }
}

TEST(Raw, BytesAreTakenAsTheyAre) {
  EXPECT_EQ(decode_messages(table_of("BYTES"), {"\xFF\0\n"s}).rows.size(), 1U);
  EXPECT_EQ(encode_messages(table_of("BYTES"), "x'FF000A'"), Rows{"\xFF\0\n"s});
}

TEST(Raw, Utf16IsReadByItsByteOrderMark) {
  EXPECT_EQ(decode_messages(table_of("STRING", charset("UTF-16")), {"\xFF\xFEh\0"s, "\0h"s}).rows,
            (Rows{"10: +I[h]", "11: +I[h]"}));
}

TEST(Raw, WhatIsNoTextInTheEncodingIsReplaced) {
  const std::string replaced = "\xEF\xBF\xBD";
  EXPECT_EQ(decode_messages(table_of("STRING", charset("US-ASCII")), {"a\xE9"}).rows,
            Rows{"10: +I[a" + replaced + "]"});
  EXPECT_EQ(decode_messages(table_of("STRING", charset("UTF-16BE")), {"\xD8\0\0a\0"s}).rows,
            Rows{"10: +I[" + replaced + "a" + replaced + "]"});
  EXPECT_EQ(encode_messages(table_of("STRING", charset("US-ASCII")), "h\xC3\xA9"), Rows{"h?"});
  EXPECT_EQ(encode_messages(table_of("STRING", charset("ISO-8859-1")), "\xE2\x82\xAC"), Rows{"?"});
}

TEST(Raw, ATombstoneIsNullAndAnEmptyMessageIsNot) {
  EXPECT_EQ(decode_messages(table_of("STRING"), {std::nullopt, "", "x"}, 2).rows,
            (Rows{"10: +I[null]", "11: +I[]", "12: +I[x]"}));
  EXPECT_TRUE(has(decode_messages(table_of("STRING NOT NULL"), {std::nullopt}).error, "the column is NOT NULL"));
}

TEST(Raw, WrongLengthsAreErrors) {
  const std::string error = decode_messages(table_of("INT"), {"abcd", "abc"}).error;
  EXPECT_TRUE(has(error, "raw record cannot be read: topic-0 offset 11: column 'v': it has 3 bytes, but INT has 4"))
      << error;
  TextTable skipping = table_of("BOOLEAN");
  skipping.errors.policy = RecordErrorPolicy::kSkip;
  const DecodedText out = decode_messages(skipping, {"", "\x01", "ab"});
  EXPECT_EQ(out.rows, Rows{"11: +I[true]"});
  EXPECT_EQ(out.errors_counted, 2);
}

TEST(Raw, TextThatIsNotUtf8IsAnError) {
  const std::string error = decode_messages(table_of("STRING"), {"\xE9"}).error;
  EXPECT_TRUE(has(error, "it is not UTF-8")) << error;
  EXPECT_TRUE(has(error, "'raw.charset'")) << error;
}

TEST(Raw, NoColumnIsAskedFor) {
  TextTable table = table_of("INT");
  table.columns = std::vector<std::string>{};
  EXPECT_EQ(decode_messages(table, {"abcd", "x"}).rows, (Rows{"10: +I[]", "11: +I[]"}));
  EXPECT_EQ(decode_text(table, "abcd\nx\n").rows.size(), 2U);
}

TEST(Raw, ALineOfAFileIsARecord) {
  const TextTable table = table_of("STRING");
  const Rows rows = {"1: +I[a]", "2: +I[]", "3: +I[ b ]", "4: +I[last, without an end]"};
  const std::string text = "a\n\n b \r\nlast, without an end";
  EXPECT_EQ(decode_text(table, text).rows, rows);
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    DecodeSteps steps;
    steps.chunk_bytes = 7;
    steps.max_rows = 3;
    steps.seed = seed;
    const DecodedText whole = decode_text(table, text, steps);
    EXPECT_EQ(whole.rows, rows) << seed;
    for (const DecodePoint& point : whole.points_behind_rows()) {
      DecodeSteps rest;
      rest.from = point.position;
      EXPECT_EQ(decode_text(table, text, rest).rows, Rows(rows.begin() + static_cast<int64_t>(point.rows), rows.end()));
    }
  }
}

TEST(Raw, FilesAreWrittenALineARow) {
  EXPECT_EQ(encode_text(table_of("STRING"), "a\nb"), "a\nb\n");
  EXPECT_THROW(encode_text(table_of("STRING"), "NULL"), UserError);
}

TEST(Raw, WhatCannotBeDeclared) {
  const auto refused = [](const TextTable& table) { return decode_text(table, "").error; };
  EXPECT_TRUE(has(refused({"raw", "a INT, b STRING"}), "has 2 columns for format 'raw'"));
  EXPECT_TRUE(has(refused(table_of("DECIMAL(10, 2)")), "format 'raw' cannot hold DECIMAL(10, 2)"));
  EXPECT_TRUE(has(refused(table_of("ARRAY<INT>")), "format 'raw' cannot hold ARRAY<INT>"));
  const std::string unknown = refused(table_of("STRING", charset("EBCDIC")));
  EXPECT_TRUE(has(unknown, "'raw.charset': 'EBCDIC' is not supported")) << unknown;
  EXPECT_TRUE(has(unknown, "US-ASCII")) << unknown;
  EXPECT_TRUE(has(refused(table_of("STRING", charset("UTF-16LE"))), "is for messages"));
}

}  // namespace
}  // namespace tidemill
