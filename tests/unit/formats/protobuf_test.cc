// tests/unit/formats/protobuf_test.cc - the format 'protobuf'. Rule: messages are written byte by byte here, as the
// encoding guide of Protocol Buffers has them; the round trips against its own library are tests/integration/protobuf/.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "base/error.h"
#include "tests/unit/formats/decoding.h"

namespace tidemill {
namespace {

using namespace std::string_literals;
using Rows = std::vector<std::string>;

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

const std::string& descriptor() {
  static const std::string kBytes = [] {
    std::ifstream file("tests/unit/formats/protobuf/order.desc", std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }();
  return kBytes;
}

TextTable order(const std::string& schema, OptionMap options = {}, const std::string& message = "shop.Order") {
  TextTable table{"protobuf", schema, std::move(options)};
  table.options.emplace("descriptor-file", "/order.desc");
  table.options.emplace("message-name", message);
  table.files["/order.desc"] = descriptor();
  return table;
}

TextTable old_order(const std::string& schema, OptionMap options = {}) {
  return order(schema, std::move(options), "shop.OldOrder");
}

std::string varint(uint64_t value) {
  std::string out;
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  return out + static_cast<char>(value);
}
std::string number(uint32_t field, uint64_t value) { return varint(field << 3) + varint(value); }
std::string fixed32(uint32_t field, const std::string& four) { return varint(field << 3 | 5) + four; }
std::string fixed64(uint32_t field, const std::string& eight) { return varint(field << 3 | 1) + eight; }
std::string bytes(uint32_t field, const std::string& value) {
  return varint(field << 3 | 2) + varint(value.size()) + value;
}

std::string decoded(const TextTable& table, const std::string& message) {
  const DecodedText out = decode_messages(table, {message});
  if (!out.error.empty()) return "error: " + out.error;
  return out.rows.size() == 1 ? out.rows[0].substr(out.rows[0].find('[')) : "no row";
}

// Returns the messages that are written for rows given as JSON, a line each.
Rows written(const TextTable& table, const std::string& json) {
  const DecodedText rows = decode_text({"json", table.schema}, json);
  EXPECT_EQ(rows.error, "");
  return rows.batches.empty() ? Rows() : encode_messages(table, rows.batches[0]);
}

struct FieldCase {
  std::string column;
  std::string message;
  std::string row;
  std::string pretty;  // what writes that message; empty: as in the row, "-": it is not written so
};

const FieldCase kProto3[] = {
    {"id BIGINT", number(1, 300), "300", ""},
    {"id BIGINT", number(1, UINT64_MAX), "-1", ""},
    {"name STRING", bytes(2, "h\xC3\xA9"), "h\xC3\xA9", ""},
    {"paid BOOLEAN", number(3, 1), "true", "TRUE"},
    {"paid BOOLEAN", number(3, 700), "true", "-"},
    {"price DOUBLE", fixed64(4, "\0\0\0\0\0\0\x04\xC0"s), "-2.5", ""},
    {"weight FLOAT", fixed32(5, "\0\0\xC0\x3F"s), "1.5", ""},
    {"picture BYTES", bytes(6, "\xFF\0"s), "[-1, 0]", ""},
    {"i32 INT", number(7, static_cast<uint64_t>(int64_t{-5})), "-5", ""},
    {"u32 INT", number(8, 4294967295), "-1", ""},
    {"s32 INT", number(9, 3), "-2", ""},
    {"s32 INT", number(9, 4294967295), "-2147483648", ""},
    {"f32 INT", fixed32(10, "\xFE\xFF\xFF\xFF"), "-2", ""},
    {"sf32 INT", fixed32(11, "\x01\0\0\0"s), "1", ""},
    {"u64 BIGINT", number(12, UINT64_MAX), "-1", ""},
    {"s64 BIGINT", number(13, 3), "-2", ""},
    {"f64 BIGINT", fixed64(14, "\x01\0\0\0\0\0\0\x80"s), "-9223372036854775807", ""},
    {"sf64 BIGINT", fixed64(15, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"), "-1", ""},
    {"state STRING", number(16, 5), "PAID", ""},
    {"state INT", number(16, 5), "5", ""},
    {"state TINYINT", number(16, 5), "5", ""},
    {"state BIGINT", number(16, 5), "5", ""},
    {"state STRING", number(16, 9), "UNRECOGNIZED", "-"},
    {"state INT", number(16, 9), "9", "-"},
    {"rank INT", number(26, 0), "0", ""},
    {"far STRING", bytes(1000, "x"), "x", ""},
    {"item ROW<sku STRING, count INT>", bytes(17, bytes(1, "a") + number(2, 3)), "+I[a, 3]", ""},
    {"numbers ARRAY<INT>", bytes(19, varint(1) + varint(300)), "[1, 300]", ""},
    {"numbers ARRAY<INT>", number(19, 1) + number(19, 300), "[1, 300]", "-"},
    {"numbers ARRAY<INT>", number(19, 1) + bytes(19, varint(2) + varint(3)), "[1, 2, 3]", "-"},
    {"loose ARRAY<BIGINT>", number(20, 1) + number(20, 2), "[-1, 1]", ""},
    {"states ARRAY<STRING>", bytes(28, varint(1) + varint(5)), "[OPEN, PAID]", ""},
    {"states ARRAY<INT>", bytes(28, varint(1) + varint(5)), "[1, 5]", ""},
    {"items ARRAY<ROW<sku STRING>>", bytes(18, bytes(1, "a")) + bytes(18, bytes(1, "b")), "[+I[a], +I[b]]", ""},
    {"amounts MAP<STRING, BIGINT>", bytes(21, bytes(1, "a") + number(2, 3)), "{a=3}", ""},
    {"amounts MAP<STRING, BIGINT>", bytes(21, bytes(1, "a") + number(2, 3)) + bytes(21, bytes(1, "a")), "{a=0}", "-"},
    {"by_number MAP<INT, ROW<sku STRING>>", bytes(22, number(1, 7) + bytes(2, bytes(1, "a"))), "{7=+I[a]}", ""},
    {"state_by_name MAP<STRING, STRING>", bytes(29, bytes(1, "a") + number(2, 1)), "{a=OPEN}", ""},
    {"at ROW<seconds BIGINT, nanos INT>", bytes(27, number(1, 9) + number(2, 8)), "+I[9, 8]", ""},
    {"card STRING", bytes(23, "x"), "x", ""},
};

TEST(Protobuf, FieldsOfProto3) {
  for (const FieldCase& one : kProto3)
    EXPECT_EQ(decoded(order(one.column), one.message), "[" + one.row + "]") << one.column;
}

TEST(Protobuf, TheSameBytesAreWritten) {
  for (const FieldCase& one : kProto3) {
    if (one.pretty == "-") continue;
    const TextTable table = order(one.column);
    const DecodedText out = decode_messages(table, {one.message});
    ASSERT_EQ(out.batches.size(), 1U) << one.column << out.error;
    EXPECT_EQ(encode_messages(table, out.batches[0]), Rows{one.message}) << one.column;
  }
}

TEST(Protobuf, WhatIsNotThere) {
  const std::string columns =
      "id BIGINT, name STRING, state STRING, item ROW<sku STRING>, numbers ARRAY<INT>, "
      "amounts MAP<STRING, BIGINT>, rank INT";
  EXPECT_EQ(decoded(order(columns), ""), "[0, , UNKNOWN, null, null, null, 0]");
  EXPECT_EQ(decoded(order(columns, {{"read-default-values", "true"}}), ""), "[0, , UNKNOWN, +I[], [], {}, 0]");
  const std::string old =
      "id BIGINT, name STRING, count INT, price DOUBLE, weight FLOAT, paid BOOLEAN, raw BYTES, "
      "state STRING, plain INT, numbers ARRAY<INT>";
  EXPECT_EQ(decoded(old_order(old), ""), "[null, null, null, null, null, null, null, null, null, null]");
  EXPECT_EQ(decoded(old_order(old, {{"read-default-values", "true"}}), ""),
            "[0, nobody, -7, 2.5, -Infinity, true, [97, 0, 34, 98], SECOND, 3, []]");
}

TEST(Protobuf, ValuesInsideThatAreNotThere) {
  EXPECT_EQ(decoded(order("by_number MAP<INT, ROW<sku STRING, count INT, tags ARRAY<STRING>>>"), bytes(22, "")),
            "[{0=+I[, 0, null]}]");
  EXPECT_EQ(decoded(old_order("inner ROW<id BIGINT, name STRING>"), bytes(13, bytes(2, "x"))), "[+I[null, x]]");
}

TEST(Protobuf, TheLastValueCountsAndMessagesAreMerged) {
  EXPECT_EQ(decoded(order("id BIGINT"), number(1, 1) + number(1, 2)), "[2]");
  EXPECT_EQ(decoded(order("item ROW<sku STRING, count INT, tags ARRAY<STRING>>"),
                    bytes(17, bytes(1, "a") + bytes(3, "x")) + bytes(17, number(2, 5)) + bytes(17, bytes(3, "y"))),
            "[+I[a, 5, [x, y]]]");
}

TEST(Protobuf, OfAOneofTheLastIsThere) {
  const std::string columns = "card STRING, voucher BIGINT, goods ROW<sku STRING>";
  EXPECT_EQ(decoded(order(columns), bytes(23, "x") + number(24, 5)), "[, 5, null]");
  EXPECT_EQ(decoded(order(columns), bytes(25, bytes(1, "a")) + bytes(23, "x")), "[x, 0, null]");
  EXPECT_EQ(decoded(order("goods ROW<sku STRING>"), bytes(25, bytes(1, "a")) + bytes(23, "x")), "[null]");
  EXPECT_EQ(encode_messages(order(columns), "x | 5 | NULL"), Rows{number(24, 5)});
  EXPECT_EQ(encode_messages(order(columns), "x | NULL | NULL"), Rows{bytes(23, "x")});
  EXPECT_EQ(encode_messages(order("voucher BIGINT"), "0"), Rows{number(24, 0)});
}

TEST(Protobuf, WhatTheTableDoesNotHaveIsPassedOver) {
  const std::string group =
      varint(50 << 3 | 3) + number(1, 5) + varint(3 << 3 | 3) + varint(3 << 3 | 4) + varint(50 << 3 | 4);
  const std::string other = number(60, 1) + fixed32(61, "abcd") + fixed64(62, "abcdefgh") + bytes(63, "xx") + group;
  EXPECT_EQ(decoded(order("id BIGINT"), other + number(1, 7) + other), "[7]");
  EXPECT_EQ(decoded(order("id BIGINT"), bytes(1, "abc") + number(1, 7)), "[7]");  // another wire type
  EXPECT_EQ(decoded(old_order("id BIGINT"), varint(12 << 3 | 3) + number(1, 5) + varint(12 << 3 | 4) + number(1, 7)),
            "[7]");
}

TEST(Protobuf, ClosedEnumsKnowTheirValuesOnly) {
  EXPECT_EQ(decoded(old_order("state STRING, states ARRAY<STRING>"), number(8, 9) + number(14, 3) + number(14, 9)),
            "[null, [FIRST]]");
}

TEST(Protobuf, BrokenMessages) {
  const std::string broken[] = {
      "\x08"s,                                    // no value
      "\x08\xFF"s,                                // a varint that goes on
      "\x08" + std::string(10, '\xFF') + "\x01",  // one of eleven bytes
      "\x12\x05"
      "ab"s,                                            // beyond the end
      "\x12\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"s,  // a size of 2^64 - 1
      "\x21"
      "1234567"s,                                 // seven of eight bytes
      "\x00\x01"s,                                // field 0
      "\x0E\x01"s,                                // wire type 6
      varint(50 << 3 | 4),                        // the end of no group
      varint(50 << 3 | 3) + varint(51 << 3 | 4),  // of another one
      varint(50 << 3 | 3),                        // a group without end
      bytes(19, "\x80"s),                         // packed
      bytes(17,
            "\x0A\x05"
            "a"s),  // inside a message
      bytes(21,
            "\x0A\x05"
            "a"s),  // inside an entry
  };
  const std::string columns =
      "id BIGINT, name STRING, price DOUBLE, numbers ARRAY<INT>, item ROW<sku STRING>, "
      "amounts MAP<STRING, BIGINT>";
  TextTable skipping = order(columns);
  skipping.errors.policy = RecordErrorPolicy::kSkip;
  for (const std::string& message : broken) {
    EXPECT_TRUE(has(decoded(order(columns), message), "protobuf record cannot be read: topic-0 offset 10:")) << message;
    const DecodedText out = decode_messages(skipping, {number(1, 1), message, number(1, 2)});
    EXPECT_EQ(out.rows.size(), 2U) << out.error;
    EXPECT_EQ(out.errors_counted, 1);
    const DecodedText ignored = decode_messages(order(columns, {{"ignore-parse-errors", "true"}}), {message, ""});
    EXPECT_EQ(ignored.rows.size(), 1U) << ignored.error;
    EXPECT_EQ(ignored.errors_counted, 1);
  }
}

TEST(Protobuf, GroupsInGroupsAreBounded) {
  const auto groups = [](size_t depth) {
    std::string out;
    for (size_t i = 0; i < depth; ++i) out += varint(50 << 3 | 3);
    for (size_t i = 0; i < depth; ++i) out += varint(50 << 3 | 4);
    return out;
  };
  EXPECT_EQ(decoded(order("id BIGINT"), groups(100) + number(1, 7)), "[7]");
  EXPECT_TRUE(has(decoded(order("id BIGINT"), groups(1'000'000)), "error: "));
}

TEST(Protobuf, TextsAreUtf8) {
  EXPECT_TRUE(has(decoded(order("name STRING"), bytes(2, "\xE9")), "column 'name': field 'name' is not UTF-8"));
  EXPECT_TRUE(has(decoded(order("item ROW<sku STRING>"), bytes(17, bytes(1, "\xE9"))), "field 'sku' is not UTF-8"));
  EXPECT_EQ(decoded(order("id BIGINT"), bytes(2, "\xE9")), "[0]");
}

TEST(Protobuf, ColumnsThatAreNotNull) {
  EXPECT_EQ(decoded(order("id BIGINT NOT NULL"), ""), "[0]");
  EXPECT_TRUE(has(decoded(old_order("id BIGINT NOT NULL"), ""), "column 'id': the field is not there"));
}

TEST(Protobuf, ATombstoneGivesNoRow) {
  EXPECT_EQ(decode_messages(order("id BIGINT"), {std::nullopt, number(1, 5), ""}).rows,
            (Rows{"11: +I[5]", "12: +I[0]"}));
}

TEST(Protobuf, RowsAreReadInGroupsOfAnySize) {
  std::vector<std::optional<std::string>> messages;
  for (uint64_t i = 0; i < 10; ++i) messages.push_back(number(1, i) + bytes(2, std::string(i * 3, 'x')));
  EXPECT_EQ(decode_messages(order("id BIGINT, name STRING"), messages, 3).rows,
            decode_messages(order("id BIGINT, name STRING"), messages).rows);
}

TEST(Protobuf, DefaultsAndNullsAreWrittenAsFlinkDoes) {
  EXPECT_EQ(encode_messages(order("id BIGINT, name STRING, state STRING, rank INT"), "0 | | UNKNOWN | 0"),
            Rows{number(26, 0)});
  EXPECT_EQ(encode_messages(order("id BIGINT, name STRING"), "NULL | NULL"), Rows{""});
  EXPECT_EQ(encode_messages(old_order("id BIGINT, name STRING, paid BOOLEAN"), "0 | NULL | FALSE"),
            Rows{number(1, 0) + number(6, 0)});
  EXPECT_EQ(encode_messages(order("state STRING"), "NOT A STATE"), Rows{""});
  EXPECT_EQ(encode_messages(old_order("id BIGINT, state STRING"), "1 | NOT A STATE"),
            Rows{number(1, 1) + number(8, 3)});
  EXPECT_EQ(written(old_order("id BIGINT, numbers ARRAY<INT>, packed_numbers ARRAY<INT>"),
                    R"({"id": 1, "numbers": [1, 2], "packed_numbers": [1, 2]})"),
            Rows{number(1, 1) + number(10, 1) + number(10, 2) + bytes(11, "\x01\x02")});
}

TEST(Protobuf, NullsInsideAreDefaults) {
  EXPECT_EQ(written(order("amounts MAP<STRING, BIGINT>"), R"({"amounts": {"a": null}})"),
            Rows{bytes(21, bytes(1, "a") + number(2, 0))});
  EXPECT_EQ(written(order("numbers ARRAY<INT>"), R"({"numbers": [null, 1]})"), Rows{bytes(19, "\0\x01"s)});
  EXPECT_EQ(written(order("items ARRAY<ROW<sku STRING>>"), R"({"items": [null]})"), Rows{bytes(18, "")});
  EXPECT_EQ(written(order("item ROW<tags ARRAY<STRING>>", {{"write-null-string-literal", "none"}}),
                    R"({"item": {"tags": [null]}})"),
            Rows{bytes(17, bytes(3, "none"))});
}

TEST(Protobuf, RequiredFieldsMustHaveAValue) {
  EXPECT_THROW(encode_messages(old_order("id BIGINT, name STRING"), "NULL | x"), UserError);
  EXPECT_THROW(encode_messages(old_order("name STRING"), "x"), UserError);
}

TEST(Protobuf, TypesThatDoNotGoWithAField) {
  const struct {
    std::string column, error;
  } cases[] = {
      {"id INT", "Column 'id' of table 't' is INT, but the field is int64 | Declare it BIGINT."},
      {"name BYTES", "Declare it STRING."},
      {"u32 BIGINT", "but the field is uint32 | Declare it INT."},
      {"state DOUBLE", "Declare it STRING or INT."},
      {"numbers INT", "but the field is repeated int32 | Declare it ARRAY<INT>."},
      {"numbers ARRAY<STRING>", "Declare it ARRAY<INT>."},
      {"amounts ARRAY<STRING>", "but the field is map | Declare it MAP"},
      {"item STRING", "but the field is message | Declare it ROW"},
      {"item ROW<count BIGINT>", "Column 'item.count' of table 't' is BIGINT, but the field is int32"},
      {"item ROW<skew STRING>",
       "Column 'item.skew' of table 't' is no field of message 'shop.Item' | Its fields are: sku, count, tags."},
      {"by_number MAP<INT, ROW<x INT>>", "Column 'by_number.value.x'"},
      {"nam STRING", "Did you mean 'name'?"},
  };
  for (const auto& [column, error] : cases)
    EXPECT_TRUE(has(decoded(order(column), ""), error)) << decoded(order(column), "");
  EXPECT_TRUE(has(decoded(old_order("extra ROW<x INT>"), ""), "Groups are not supported"));
}

TEST(Protobuf, WhatIsMissing) {
  const auto error = [](const OptionMap& options, const std::string& file = descriptor()) {
    TextTable table{"protobuf", "id BIGINT", options};
    table.files["/order.desc"] = file;
    return decode_messages(table, {""}).error;
  };
  const OptionMap whole = {{"descriptor-file", "/order.desc"}, {"message-name", "shop.Order"}};
  EXPECT_EQ(error(whole), "");
  EXPECT_TRUE(has(error({}), "Table 't' needs option 'protobuf.descriptor-file'"));
  EXPECT_TRUE(has(error({{"descriptor-file", "/x"}}), "needs option 'protobuf.message-name'"));
  EXPECT_TRUE(
      has(error({{"message-class-name", "shop.Order"}}), "'protobuf.message-class-name' names a class of Java"));
  EXPECT_TRUE(
      has(error({{"descriptor-file", "/order.desc"}, {"message-name", "shop.Ordr"}}), "Did you mean 'shop.Order'?"));
  EXPECT_TRUE(has(error({{"descriptor-file", "/none"}, {"message-name", "shop.Order"}}), "/none"));
  for (const std::string& file : {std::string(), "syntax = \"proto3\";"s, descriptor().substr(0, 200)})
    EXPECT_TRUE(has(error(whole, file), "'/order.desc' is no descriptor file")) << error(whole, file);
}

TEST(Protobuf, DescriptorsWithoutTheirImports) {
  const std::string field = bytes(1, "x") + number(3, 1) + number(4, 1) + number(5, 11) + bytes(6, ".shop.Absent");
  const auto file = [](const std::string& syntax, const std::string& message) {
    return bytes(1, bytes(1, "a.proto") + bytes(2, "shop") + bytes(4, message) + bytes(12, syntax));
  };
  TextTable table = order("x ROW<y INT>", {}, "shop.M");
  table.files["/order.desc"] = file("proto3", bytes(1, "M") + bytes(2, field));
  EXPECT_TRUE(has(decoded(table, ""), "lacks 'shop.Absent', which field 'x' of message 'shop.M' is of"));
  table.files["/order.desc"] = file("editions", bytes(1, "M"));
  EXPECT_TRUE(has(decoded(table, ""), "has the syntax 'editions'"));
}

TEST(Protobuf, FilesAreRefused) {
  EXPECT_TRUE(has(decode_text(order("id BIGINT"), "").error, "Format 'protobuf' is for messages"));
}

}  // namespace
}  // namespace tidemill
