// tests/unit/formats/messages_test.cc - text formats over messages. Rule: a message is a record, whatever it holds.
#include <gtest/gtest.h>

#include "tests/unit/formats/decoding.h"

namespace tidemill {
namespace {

using Rows = std::vector<std::string>;

const TextTable kJson{"json", "a INT, b STRING"};
const TextTable kCsv{"csv", "a INT, b STRING"};

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TextTable skipping(TextTable table) {
  table.errors.policy = RecordErrorPolicy::kSkip;
  return table;
}

TEST(Messages, RowsKnowTheOffsetOfTheirMessage) {
  EXPECT_EQ(decode_messages(kJson, {R"({"a": 1})", R"({"a": 2, "b": "x"})"}).rows,
            (Rows{"10: +I[1, null]", "11: +I[2, x]"}));
  EXPECT_EQ(decode_messages(kCsv, {"1,x", "2,y"}).rows, (Rows{"10: +I[1, x]", "11: +I[2, y]"}));
}

TEST(Messages, TombstonesGiveNoRowAndLaterOffsetsHold) {
  const DecodedText out = decode_messages(kJson, {R"({"a": 1})", std::nullopt, R"({"a": 2})"});
  EXPECT_EQ(out.rows, (Rows{"10: +I[1, null]", "12: +I[2, null]"}));
  EXPECT_EQ(out.errors_counted, 0);
}

TEST(Messages, AnEmptyMessageIsAnError) {
  EXPECT_TRUE(has(decode_messages(kJson, {R"({"a": 1})", " "}).error,
                  "JSON record cannot be read: topic-0 offset 11: it is empty"));
  EXPECT_EQ(decode_messages(skipping(kCsv), {"1,x", "", "2,y"}).errors_counted, 1);
}

TEST(Messages, AMessageOfJsonMayHaveLineBreaks) {
  const DecodedText out = decode_messages(kJson, {"{\n  \"a\": 1,\r\n  \"b\": \"x\\\"\ny\"\n}\n", R"({"a": 2})"});
  EXPECT_EQ(out.rows, (Rows{"10: +I[1, x\"\ny]", "11: +I[2, null]"})) << out.error;
}

TEST(Messages, AFieldOfCsvMayHaveLineBreaks) {
  const DecodedText out = decode_messages(kCsv, {"1,x", "2,\"y\nz\"", "3,w"});
  EXPECT_EQ(out.rows, (Rows{"10: +I[1, x]", "11: +I[2, y\nz]", "12: +I[3, w]"})) << out.error;
}

TEST(Messages, AnArrayIsManyRowsOfOneOffset) {
  const std::string array = R"([{"a": 1}, {"a": 2}, {"a": 3}])";
  EXPECT_EQ(decode_messages(kJson, {array, R"({"a": 4})"}, 2).rows,
            (Rows{"10: +I[1, null]", "10: +I[2, null]", "10: +I[3, null]", "11: +I[4, null]"}));
}

TEST(Messages, AByteOrderMarkIsNoPartOfAnyMessage) {
  EXPECT_EQ(decode_messages(kJson, {"\xEF\xBB\xBF{\"a\": 1}", "\xEF\xBB\xBF{\"a\": 2}"}).rows,
            (Rows{"10: +I[1, null]", "11: +I[2, null]"}));
}

TEST(Messages, ABadMessageIsNamedByItsOffsetAndOthersGoOn) {
  const std::string error = decode_messages(kJson, {R"({"a": 1})", R"({"a": "x"})"}).error;
  EXPECT_TRUE(has(error, "topic-0 offset 11: column 'a'")) << error;
  EXPECT_TRUE(has(error, R"(the record is: {"a": "x"})")) << error;
  TextTable letters = kJson;
  letters.errors = {RecordErrorPolicy::kDeadLetter, "/dead"};
  const DecodedText out = decode_messages(letters, {"{", R"({"a": 1})", "{\n}}", R"({"a": 2})"});
  EXPECT_EQ(out.rows, (Rows{"11: +I[1, null]", "13: +I[2, null]"}));
  ASSERT_EQ(out.letters.size(), 2U);
  EXPECT_TRUE(has(out.letters[0], R"("offset":10,)")) << out.letters[0];
  EXPECT_TRUE(has(out.letters[1], R"("offset":12,)")) << out.letters[1];
  EXPECT_TRUE(has(out.letters[1], R"("raw":"{\u000a}}")")) << out.letters[1];
}

TEST(Messages, ABadMessageOfManyLinesIsNamedByItsOffset) {
  EXPECT_TRUE(has(decode_messages(kCsv, {"1,x", "2,y\nz"}).error, "topic-0 offset 11"));
}

TEST(Messages, ChangesPassOverEmptyMessages) {
  const TextTable table{"debezium-json", "a INT"};
  const DecodedText out = decode_messages(table, {R"({"op": "c", "after": {"a": 1}})", "", std::nullopt,
                                                  R"({"op": "u", "before": {"a": 1}, "after": {"a": 2}})"});
  EXPECT_EQ(out.rows, (Rows{"10: +I[1]", "13: -U[1]", "13: +U[2]"})) << out.error;
}

TEST(Messages, CsvHasNoHeader) {
  TextTable table = kCsv;
  table.options = {{"header", "true"}};
  EXPECT_TRUE(has(decode_messages(table, {"1,x"}).error, "'csv.header' is for files"));
}

TEST(Messages, RowsAreWrittenWithoutLineEnds) {
  EXPECT_EQ(encode_messages(kJson, "1 | x\n2 | NULL"), (Rows{R"({"a":1,"b":"x"})", R"({"a":2,"b":null})"}));
  EXPECT_EQ(encode_messages(kCsv, "1 | x"), (Rows{"1,x"}));
  EXPECT_EQ(encode_messages({"debezium-json", "a INT"}, "+I | 1\n-D | 1"),
            (Rows{R"({"before":null,"after":{"a":1},"op":"c"})", R"({"before":{"a":1},"after":null,"op":"d"})"}));
}

}  // namespace
}  // namespace tidemill
