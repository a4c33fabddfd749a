// tests/unit/formats/avro_resolution_test.cc - what was written under one schema, read by another: the cases of the
// specification's "Schema Resolution", and what tables add to them.
#include <gtest/gtest.h>

#include "tests/unit/formats/avro_reading.h"

namespace tidemill {
namespace {

void expect(const AvroCase& one, std::string_view row) {
  EXPECT_EQ(read_avro(one), row) << one.writer << " by " << one.reader << " as " << one.columns;
}
void expect_part(const AvroCase& one, std::string_view part) {
  const std::string text = read_avro(one);
  EXPECT_NE(text.find(part), std::string::npos) << text << "\n" << one.writer << " by " << one.reader;
}

TEST(AvroResolution, EachTypeIsReadAsItself) {
  expect({R"("boolean")", "", "a BOOLEAN NOT NULL", "true"}, "+I[true]");
  expect({R"("int")", "", "a INT NOT NULL", "-2147483648"}, "+I[-2147483648]");
  expect({R"("int")", "", "a TINYINT NOT NULL", "-128"}, "+I[-128]");
  expect({R"("int")", "", "a SMALLINT NOT NULL", "32767"}, "+I[32767]");
  expect({R"("long")", "", "a BIGINT NOT NULL", "-9223372036854775808"}, "+I[-9223372036854775808]");
  expect({R"("float")", "", "a FLOAT NOT NULL", "1.5"}, "+I[1.5]");
  expect({R"("double")", "", "a DOUBLE NOT NULL", "-0.1"}, "+I[-0.1]");
  expect({R"("double")", "", "a DOUBLE NOT NULL", "\"NaN\""}, "+I[NaN]");
  expect({R"("string")", "", "a STRING NOT NULL", "\"a longer text, ä\""}, "+I[a longer text, ä]");
  expect({R"("bytes")", "", "a BYTES NOT NULL", "\"\\u0000ab\""}, "+I[[0, 97, 98]]");
  expect({R"({"type": "int", "logicalType": "date"})", "", "a DATE NOT NULL", "18000"}, "+I[2019-04-14]");
  expect({R"({"type": "int", "logicalType": "time-millis"})", "", "a TIME(3) NOT NULL", "1001"}, "+I[00:00:01.001]");
  expect({R"({"type": "array", "items": "int"})", "", "a ARRAY<INT NOT NULL> NOT NULL", "[1, 2]"}, "+I[[1, 2]]");
  expect({R"({"type": "map", "values": "int"})", "", "a MAP<STRING, INT NOT NULL> NOT NULL", R"({"k": 1})"},
         "+I[{k=1}]");
  expect({R"({"type": "map", "values": "int"})", "", "a MULTISET<STRING> NOT NULL", R"({"k": 2})"}, "+I[{k=2}]");
}

TEST(AvroResolution, NumbersArePromoted) {
  expect({R"("int")", "", "a BIGINT NOT NULL", "7"}, "+I[7]");
  expect({R"("int")", "", "a FLOAT NOT NULL", "7"}, "+I[7.0]");
  expect({R"("int")", "", "a DOUBLE NOT NULL", "7"}, "+I[7.0]");
  expect({R"("long")", "", "a FLOAT NOT NULL", "7"}, "+I[7.0]");
  expect({R"("long")", "", "a DOUBLE NOT NULL", "7"}, "+I[7.0]");
  expect({R"("float")", "", "a DOUBLE NOT NULL", "0.5"}, "+I[0.5]");
  expect({R"("string")", "", "a BYTES NOT NULL", "\"ab\""}, "+I[[97, 98]]");
  expect({R"("bytes")", "", "a STRING NOT NULL", "\"ab\""}, "+I[ab]");
}

TEST(AvroResolution, NothingElseIs) {
  const char* const not_read[][2] = {
      {R"("long")", "a INT NOT NULL"},
      {R"("double")", "a FLOAT NOT NULL"},
      {R"("float")", "a BIGINT NOT NULL"},
      {R"("int")", "a STRING NOT NULL"},
      {R"("string")", "a INT NOT NULL"},
      {R"("boolean")", "a INT NOT NULL"},
      {R"("null")", "a INT NOT NULL"},
      {R"("bytes")", "a ARRAY<INT>"},
      {R"({"type": "map", "values": "int"})", "a ARRAY<INT>"},
      {R"("string")", "a DECIMAL(3, 1)"},
      {R"("double")", "a TIMESTAMP(3)"},
      {R"("long")", "a BOOLEAN"},
  };
  for (const auto& [writer, columns] : not_read) {
    const std::string text = read_avro_bytes({writer, "", columns, ""}, "");
    EXPECT_TRUE(text.starts_with("error: Table 't' cannot be read from the writer's schema: column 'a': ")) << text;
  }
}

TEST(AvroResolution, FieldsAreMatchedByNameAndOthersAreSkipped) {
  const std::string writer = R"({"type": "record", "name": "somebody.elses", "fields": [
    {"name": "u", "type": {"type": "array", "items": {"type": "record", "name": "n", "fields": [
      {"name": "p", "type": "string"}, {"name": "q", "type": ["null", "n"]}]}}},
    {"name": "b", "type": "string"}, {"name": "v", "type": {"type": "map", "values": "double"}},
    {"name": "w", "type": ["null", "int", "string"]}, {"name": "x", "type": {"type": "fixed", "name": "f", "size": 3}},
    {"name": "y", "type": {"type": "enum", "name": "e", "symbols": ["A", "B"]}}, {"name": "z", "type": "boolean"},
    {"name": "a", "type": "int"}]})";
  const std::string value =
      R"({"u": [{"p": "s", "q": {"somebody.n": {"p": "t", "q": null}}}], "b": "text", "v": {"k": 0.5},
    "w": {"string": "s"}, "x": "abc", "y": "B", "z": true, "a": 5})";
  expect({writer, "", "a INT NOT NULL, b STRING", value}, "+I[5, text]");
  expect({writer, "", "b STRING NOT NULL", value}, "+I[text]");
}

TEST(AvroResolution, MissingFieldsAreTheReadersDefaults) {
  const std::string writer = R"({"type": "record", "name": "r", "fields": [{"name": "a", "type": "int"}]})";
  expect({writer, "", "a INT, b STRING, c ARRAY<INT>", R"({"a": 1})"}, "+I[1, null, null]");
  expect_part({writer, "", "a INT, b STRING NOT NULL", R"({"a": 1})"},
              "error: Table 't' cannot be read from the writer's schema: column 'b': it is not written, and the column "
              "is NOT NULL");
  const auto with_default = [&](std::string type, std::string value) {
    return R"({"type": "record", "name": "r", "fields": [{"name": "a", "type": "int"}, {"name": "b", "type": )" + type +
           R"(, "default": )" + value + "}]}";
  };
  const std::string given = R"({"a": 1})";
  expect({writer, with_default(R"("string")", R"("a default that is long")"), "a INT, b STRING", given},
         "+I[1, a default that is long]");
  expect({writer, with_default(R"("long")", "-5"), "a INT, b BIGINT", given}, "+I[1, -5]");
  expect({writer, with_default(R"(["int", "null"])", "3"), "a INT, b INT", given}, "+I[1, 3]");
  expect({writer, with_default(R"({"type": "array", "items": "int"})", "[1, 2]"), "a INT, b ARRAY<INT>", given},
         "+I[1, [1, 2]]");
  expect({writer,
          with_default(R"({"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 2})", R"("\u00ff")"),
          "a INT, b DECIMAL(4, 2)", given},
         "+I[1, -0.01]");
  expect_part({writer, with_default(R"("int")", R"("x")"), "a INT, b INT", given}, "The default of field 'b'");
}

TEST(AvroResolution, AliasesAreTheReaders) {
  const std::string reader = R"({"type": "record", "name": "r", "fields": [
    {"name": "a", "type": "int", "aliases": ["old", "older"]}]})";
  expect({R"({"type": "record", "name": "x", "fields": [{"name": "older", "type": "int"}]})", reader, "a INT NOT NULL",
          R"({"older": 4})"},
         "+I[4]");
  // The name itself comes first.
  expect(
      {R"({"type": "record", "name": "x", "fields": [{"name": "old", "type": "int"}, {"name": "a", "type": "int"}]})",
       reader, "a INT NOT NULL", R"({"old": 4, "a": 5})"},
      "+I[5]");
}

TEST(AvroResolution, UnionsAreResolvedBranchByBranch) {
  expect({R"(["null", "int"])", "", "a INT", "null"}, "+I[null]");
  expect({R"(["null", "int"])", "", "a INT", R"({"int": 3})"}, "+I[3]");
  expect({R"(["int", "null"])", "", "a INT", "null"}, "+I[null]");
  expect({R"(["int", "null"])", "", "a BIGINT", R"({"int": 3})"}, "+I[3]");
  expect({R"("int")", "", "a INT", "3"}, "+I[3]");
  expect({R"("null")", "", "a INT", "null"}, "+I[null]");
  expect({R"(["int", "long", "float"])", "", "a DOUBLE", R"({"long": 3})"}, "+I[3.0]");
  expect({R"(["int", "long", "float"])", "", "a DOUBLE", R"({"float": 3})"}, "+I[3.0]");
  expect({R"(["null", "string", "int"])", "", "a STRING", R"({"string": "s"})"}, "+I[s]");
  expect({R"(["null", "string", "int"])", "", "a STRING", R"({"int": 1})"},
         "error: a: int is written, which is not read as STRING");
  expect({R"(["null", "int"])", "", "a INT NOT NULL", "null"}, "error: a: it is NULL where INT NOT NULL belongs");
  expect({R"(["null", "int"])", "", "a INT NOT NULL", R"({"int": 1})"}, "+I[1]");
  expect_part({R"(["null", "int"])", "", "a BOOLEAN", "null"}, "error: ");
  expect({R"(["null"])", "", "a INT", "null"}, "+I[null]");
}

TEST(AvroResolution, AReadersUnionTakesTheFirstThatMatches) {
  expect({R"("int")", R"(["null", "double", "long"])", "a DOUBLE", "3"}, "+I[3.0]");
  expect({R"({"type": "enum", "name": "x.e", "symbols": ["A"]})",
          R"(["null", {"type": "enum", "name": "e", "symbols": ["A"]}])", "a STRING", R"("A")"},
         "+I[A]");
}

TEST(AvroResolution, EnumsAreTheReadersSymbolsOrItsDefault) {
  const std::string writer = R"({"type": "enum", "name": "e", "symbols": ["A", "B", "C"]})";
  const std::string reader = R"({"type": "enum", "name": "e", "symbols": ["C", "A"], "default": "A"})";
  const std::string strict = R"({"type": "enum", "name": "e", "symbols": ["C", "A"]})";
  expect({writer, "", "a STRING", R"("B")"}, "+I[B]");
  expect({writer, reader, "a STRING", R"("C")"}, "+I[C]");
  expect({writer, reader, "a STRING", R"("B")"}, "+I[A]");
  expect({writer, strict, "a STRING", R"("A")"}, "+I[A]");
  expect({writer, strict, "a STRING", R"("B")"}, "error: a: the reader's enum has no symbol 1, and no default");
  expect_part({writer, R"({"type": "enum", "name": "f", "symbols": ["A"]})", "a STRING", R"("A")"}, "error: ");
  expect({writer, R"({"type": "enum", "name": "f", "symbols": ["A"], "aliases": ["e"]})", "a STRING", R"("A")"},
         "+I[A]");
}

TEST(AvroResolution, FixedsMatchBySizeAndName) {
  const std::string writer = R"({"type": "fixed", "name": "x.f", "size": 2})";
  expect({writer, "", "a BYTES", R"("ab")"}, "+I[[97, 98]]");
  expect({writer, R"({"type": "fixed", "name": "y.f", "size": 2})", "a BYTES", R"("ab")"}, "+I[[97, 98]]");
  expect_part({writer, R"({"type": "fixed", "name": "f", "size": 3})", "a BYTES", R"("ab")"}, "error: ");
  expect_part({writer, R"({"type": "fixed", "name": "g", "size": 2})", "a BYTES", R"("ab")"}, "error: ");
  expect_part(
      {R"({"type": "fixed", "name": "f", "size": 12, "logicalType": "duration"})", "", "a BYTES", R"("abcdefghijkl")"},
      "the logical type duration is not read");
}

TEST(AvroResolution, DecimalsKeepTheirValue) {
  const std::string writer = R"({"type": "bytes", "logicalType": "decimal", "precision": 20, "scale": 2})";
  const std::string fixed =
      R"({"type": "fixed", "name": "f", "size": 3, "logicalType": "decimal", "precision": 6, "scale": 3})";
  expect({writer, "", "a DECIMAL(20, 2)", R"("\u00fe\u00d4")"}, "+I[-3.00]");
  expect({writer, "", "a DECIMAL(20, 4)", R"("\u0001\u002c")"}, "+I[3.0000]");
  expect({writer, "", "a DECIMAL(20, 0)", R"("\u0001\u005e")"}, "+I[4]");
  expect({fixed, "", "a DECIMAL(6, 3)", R"("\u00ff\u00ff\u00ff")"}, "+I[-0.001]");
  expect({R"("bytes")", "", "a DECIMAL(4, 1)", R"("\u000f")"}, "+I[1.5]");
  expect({writer, "", "a DECIMAL(3, 2)", R"("\u0003\u00e8")"}, "NULL for a value; +I[null]");
  expect({writer, "", "a DECIMAL(3, 2) NOT NULL", R"("\u0003\u00e8")"}, "error: a: a decimal has more than 3 digits");
  expect({writer, "", "a DECIMAL(38, 2)", R"("\u0001)" + std::string(17, 'x') + "\""}, "NULL for a value; +I[null]");
  std::string padded;
  for (int32_t i = 0; i < 20; ++i) padded += "\\u0000";
  expect({writer, "", "a DECIMAL(38, 2)", "\"" + padded + "d\""}, "+I[1.00]");
}

TEST(AvroResolution, TimesAreReadInTheUnitTheyWereWrittenIn) {
  const auto logical = [](std::string name) { return R"({"type": "long", "logicalType": ")" + name + "\"}"; };
  expect({logical("timestamp-millis"), "", "a TIMESTAMP(3)", "1001"}, "+I[1970-01-01T00:00:01.001]");
  expect({logical("timestamp-micros"), "", "a TIMESTAMP(3)", "-1"}, "+I[1969-12-31T23:59:59.999]");
  expect({logical("timestamp-micros"), "", "a TIMESTAMP(6)", "1000001", false}, "+I[1970-01-01T00:00:01.000001]");
  expect({logical("local-timestamp-nanos"), "", "a TIMESTAMP(9)", "1000000001", false},
         "+I[1970-01-01T00:00:01.000000001]");
  expect({logical("timestamp-millis"), "", "a TIMESTAMP(9)", "1001", false}, "+I[1970-01-01T00:00:01.001]");
  expect({logical("timestamp-millis"), "", "a TIMESTAMP_LTZ(3)", "1001", false}, "+I[1970-01-01T00:00:01.001Z]");
  expect({logical("timestamp-millis"), "", "a TIMESTAMP(0)", "1999"}, "+I[1970-01-01T00:00:01]");
  expect({R"("long")", "", "a TIMESTAMP(3)", "1001"}, "+I[1970-01-01T00:00:01.001]");
  expect({logical("timestamp-millis"), "", "a TIMESTAMP(6)", "9223372036854775807", false},
         "error: a: 9223372036854775807 is out of range");
  expect({logical("time-micros"), "", "a TIME(3)", "1001000"}, "+I[00:00:01.001]");
  expect({R"({"type": "int", "logicalType": "time-millis"})", "", "a TIME(3)", "86400000"},
         "error: a: 86400000 is out of range");
}

TEST(AvroResolution, NumbersThatDoNotFitAreTold) {
  expect({R"("int")", "", "a TINYINT", "128"}, "error: a: 128 is out of range");
  expect({R"("int")", "", "a SMALLINT", "-32769"}, "error: a: -32769 is out of range");
}

TEST(AvroResolution, RowsInsideAreResolvedToo) {
  const std::string writer = R"({"type": "record", "name": "n", "fields": [
    {"name": "z", "type": "string"}, {"name": "c", "type": "int"}, {"name": "b", "type": ["null", "string"]}]})";
  const std::string value = R"({"z": "skipped", "c": 7, "b": {"string": "text"}})";
  expect({writer, "", "c BIGINT, b STRING", value}, "+I[7, text]");
  const std::string inside =
      R"({"type": "record", "name": "o", "fields": [{"name": "a", "type": {"type": "array", "items": )" + writer +
      "}}]}";
  expect({inside, "", "a ARRAY<ROW<b STRING, c BIGINT, d INT>>", R"({"a": [)" + value + "," + value + "]}"},
         "+I[[+I[text, 7, null], +I[text, 7, null]]]");
  expect_part({inside, "", "a ARRAY<ROW<b STRING, e INT NOT NULL>>", R"({"a": []})"},
              "column 'a': an element: field 'e': it is not written");
}

TEST(AvroResolution, OfEqualKeysTheLastOneCounts) {
  const AvroCase one{R"({"type": "map", "values": "int"})", "", "a MAP<STRING, INT>", ""};
  const std::string bytes("\x04\x02k\x02\x02k\x04\x00", 8);
  EXPECT_EQ(read_avro_bytes(one, bytes), "+I[{k=2}]");
}

TEST(AvroResolution, BlocksMayTellTheirSize) {
  const AvroCase one{R"({"type": "array", "items": "int"})", "", "a ARRAY<INT>", ""};
  EXPECT_EQ(read_avro_bytes(one, std::string("\x03\x04\x02\x04\x02\x06\x00", 7)), "+I[[1, 2, 3]]");
}

TEST(AvroBytes, WhatIsNoRecordIsToldWithItsPlace) {
  const struct {
    std::string writer, columns, bytes;
    std::string_view text;
  } cases[] = {
      {R"("int")", "a INT", "", "error: a: a number is cut off, at byte 0"},
      {R"("int")", "a INT", "\x80", "error: a: a number is cut off, at byte 1"},
      {R"("long")", "a BIGINT", std::string(10, '\xff'), "error: a: a number is cut off, at byte 10"},
      {R"("int")", "a INT", std::string("\x80\x80\x80\x80\x20", 5), "error: a: 4294967296 is out of range"},
      {R"("boolean")", "a BOOLEAN", "\x02", "error: a: 2 is no boolean, at byte 1"},
      {R"("string")", "a STRING",
       "\x06"
       "ab",
       "error: a: a string is cut off, at byte 1"},
      {R"("string")", "a STRING", "\x01", "error: a: a string is cut off, at byte 1"},
      {R"("string")", "a STRING", "\x02\xff", "error: a: a string is no UTF-8"},
      {R"("double")", "a DOUBLE", "1234567", "error: a: a double is cut off, at byte 0"},
      {R"(["null", "int"])", "a INT", "\x04", "error: a: a union of 2 branches has no branch 2, at byte 1"},
      {R"(["null", "int", "string"])", "b INT", "\x07", "error: a union of 3 branches has no branch -4, at byte 1"},
      {R"({"type": "enum", "name": "e", "symbols": ["A"]})", "a STRING", "\x02",
       "error: a: an enum has no symbol 1, at byte 1"},
      {R"({"type": "array", "items": "int"})", "a ARRAY<INT>", "\x08\x02",
       "error: a: a block of 4 entries is beyond the end, at byte 1"},
      {R"({"type": "array", "items": "null"})", "b INT", "\xfe\xff\xff\xff\x0f\x00",
       "error: a block of 2147483647 empty entries is too large, at byte 5"},
      {R"({"type": "array", "items": "int"})", "b INT", "\x01\x20\x02",
       "error: the size of a block is beyond the end, at byte 2"},
      {R"({"type": "fixed", "name": "f", "size": 1000000})", "b INT", "x", "error: a value is cut off, at byte 0"},
      {R"("int")", "a INT", std::string("\x02\x00\x00", 3), "error: 2 bytes are left behind the record"},
  };
  for (const auto& one : cases)
    EXPECT_EQ(read_avro_bytes({one.writer, "", one.columns, ""}, one.bytes), one.text) << one.writer;
}

TEST(AvroBytes, RecordsThatHoldThemselvesHaveALimit) {
  const std::string writer = R"({"type": "record", "name": "n", "fields": [{"name": "self", "type": ["null", "n"]}]})";
  EXPECT_EQ(read_avro_bytes({writer, "", "b INT", ""}, std::string(10, '\x02') + std::string(1, '\0')), "+I[null]");
  EXPECT_NE(
      read_avro_bytes({writer, "", "b INT", ""}, std::string(100000, '\x02')).find("records lie more than 64 deep"),
      std::string::npos);
}

}  // namespace
}  // namespace tidemill
