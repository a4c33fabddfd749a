// What JSON values become. The expectations marked "as Flink" were read off Flink 2.3.
#include <gtest/gtest.h>

#include "tests/unit/formats/decoding.h"

namespace tidemill {
namespace {

struct Case {
  std::string type;
  std::string json;      // the value of field a
  std::string expected;  // the row's text, or the error
};

std::string decode_value(const Case& one, OptionMap options = {}) {
  const DecodedText out = decode_text({"json", "a " + one.type, std::move(options)}, "{\"a\":" + one.json + "}\n");
  if (!out.error.empty()) return out.error;
  return out.rows.size() == 1 ? out.rows[0].substr(3) : "no row";
}

// The part of an error that differs from case to case.
std::string error_text(const std::string& column_message, const std::string& json, const std::string& hint) {
  return "Table 't': JSON record cannot be read: in line 1: column 'a': " + column_message +
         "; the record is: {\"a\":" + json + "} | " + hint;
}

constexpr std::string_view kGoOn = "Set 'record.error-policy' to skip or dead-letter to go on without such records.";

void expect_cases(const std::vector<Case>& cases, const OptionMap& options = {}) {
  for (const Case& one : cases) EXPECT_EQ(decode_value(one, options), one.expected) << one.type << " from " << one.json;
}

TEST(JsonDecoding, ReadsNestedValues) {
  expect_cases({
      {"ARRAY<INT>", "[1,null,3]", "+I[[1, null, 3]]"},
      {"ARRAY<INT>", "[ ]", "+I[[]]"},
      {"ARRAY<INT>", "null", "+I[null]"},
      {"ARRAY<INT NOT NULL>", "[null]", "+I[[null]]"},
      {"ARRAY<STRING>", R"(["a","b\nc",1,{"x":[1, 2]}])", "+I[[a, b\nc, 1, {\"x\":[1,2]}]]"},
      {"ARRAY<ARRAY<DOUBLE>>", "[[1,2.5],[],null]", "+I[[[1.0, 2.5], [], null]]"},
      {"MAP<STRING, INT>", R"({"b":1,"a":2,"b":7})", "+I[{a=2, b=7}]"},
      {"MULTISET<STRING>", R"({"b":2})", "+I[{b=2}]"},
      {"ROW<p STRING, q ROW<z INT, y DATE>>", R"({"q":{"z":5,"y":"2020-01-31"},"extra":[{}],"p":"x"})",
       "+I[+I[x, +I[5, 2020-01-31]]]"},
      {"ROW<p STRING, q INT>", R"({"q":1,"q":2})", "+I[+I[null, 2]]"},
      {"ARRAY<ROW<n INT>>", R"([{"n":1},null,{}])", "+I[[+I[1], null, +I[null]]]"},
  });
  expect_cases({
      {"VARIANT", R"({"b":[1.50,null,"x"],"a":1,"b":{"c":"\u00e9"}})", "+I[{\"a\":1,\"b\":{\"c\":\"é\"}}]"},
      {"VARIANT", R"("te\"xt")", "+I[\"te\\\"xt\"]"},
      {"VARIANT", "-0.0", "+I[0]"},
      {"VARIANT", "null", "+I[null]"},
      {"ARRAY<VARIANT>", R"([1,"1",{}])", "+I[[1, \"1\", {}]]"},
  });
  const OptionMap ignoring = {{"ignore-parse-errors", "true"}};
  expect_cases({{"ARRAY<INT>", R"([1,"x",3])", "+I[[1, null, 3]]"}, {"ARRAY<INT>", "7", "+I[null]"}}, ignoring);
  EXPECT_NE(decode_value({"ARRAY<INT>", R"([1,"x"])", ""}).find("is not a ARRAY<INT>"), std::string::npos);
  EXPECT_NE(decode_value({"ROW<a INT>", "[1]", ""}).find("is not a ROW<`a` INT>"), std::string::npos);
  EXPECT_NE(decode_value({"ROW<n INT>", "{}", ""}, {{"fail-on-missing-field", "true"}}).find("is not a ROW"),
            std::string::npos);
}

TEST(JsonDecoding, ConvertsAsFlink) {
  expect_cases({
      {"BOOLEAN", "true", "+I[true]"},
      {"BOOLEAN", "\"TRUE\"", "+I[true]"},
      {"BOOLEAN", "\" true \"", "+I[true]"},
      {"BOOLEAN", "\"abc\"", "+I[false]"},
      {"BOOLEAN", "1", "+I[false]"},
      {"INT", "1.5", "+I[1]"},
      {"INT", "-1.9", "+I[-1]"},
      {"INT", "1e2", "+I[100]"},
      {"INT", "-0", "+I[0]"},
      {"INT", "\" 12 \"", "+I[12]"},
      {"INT", "\"+5\"", "+I[5]"},
      {"INT", "-2147483648", "+I[-2147483648]"},
      {"TINYINT", "\"7\"", "+I[7]"},
      {"TINYINT", "-128", "+I[-128]"},
      {"SMALLINT", "32767", "+I[32767]"},
      {"BIGINT", "9223372036854775807", "+I[9223372036854775807]"},
      {"BIGINT", "-9223372036854775808", "+I[-9223372036854775808]"},
      {"BIGINT", "1e18", "+I[1000000000000000000]"},
      {"DOUBLE", "\"NaN\"", "+I[NaN]"},
      {"DOUBLE", "\"Infinity\"", "+I[Infinity]"},
      {"DOUBLE", "1e400", "+I[Infinity]"},
      {"DOUBLE", "\"1e3\"", "+I[1000.0]"},
      {"DOUBLE", "1", "+I[1.0]"},
      {"FLOAT", "0.1", "+I[0.1]"},
      {"FLOAT", "16777217", "+I[1.6777216E7]"},
      {"DECIMAL(5, 2)", "123.456", "+I[123.46]"},
      {"DECIMAL(5, 2)", "\"12.345\"", "+I[12.35]"},
      {"DECIMAL(5, 2)", "1e2", "+I[100.00]"},
      {"DECIMAL(5, 2)", "99999", "+I[null]"},
      {"DECIMAL(38, 18)", "12345678901234567890.123456789012345678", "+I[12345678901234567890.123456789012345678]"},
      {"STRING", "1.50", "+I[1.50]"},
      {"STRING", "1e3", "+I[1e3]"},
      {"STRING", "true", "+I[true]"},
      {"STRING", "null", "+I[null]"},
      {"STRING", "{\"x\": 1, \"y\" : [1, 2.0, \"a b\"]}", "+I[{\"x\":1,\"y\":[1,2.0,\"a b\"]}]"},
      {"STRING", "\"a\\u0041\\n\"", "+I[aA\n]"},
      {"STRING", "\"\\ud83d\\ude00\"", "+I[😀]"},
      {"STRING", "\"\\ud83d\"", "+I[?]"},
      {"STRING", "\"x\ty\"", "+I[x\ty]"},
      {"CHAR(3)", "\"abcdef\"", "+I[abcdef]"},
      {"BYTES", "\"YWJj\"", "+I[[97, 98, 99]]"},
      {"DATE", "\"2020-01-31\"", "+I[2020-01-31]"},
      {"TIME(3)", "\"12:13:14.1234\"", "+I[12:13:14.123]"},
      {"TIMESTAMP(3)", "\"2020-01-31 12:13:14\"", "+I[2020-01-31T12:13:14]"},
      {"TIMESTAMP(3)", "\"2020-01-31 12:13:14.123456\"", "+I[2020-01-31T12:13:14.123]"},
      {"TIMESTAMP(3)", "\"1969-12-31 23:59:59.999\"", "+I[1969-12-31T23:59:59.999]"},
      {"TIMESTAMP(9)", "\"2020-01-31 12:13:14.123456789\"", "+I[2020-01-31T12:13:14.123456789]"},
      {"TIMESTAMP_LTZ(3)", "\"2020-01-31 12:13:14.123Z\"", "+I[2020-01-31T12:13:14.123Z]"},
  });
}

TEST(JsonDecoding, ReadsIsoTimestampsWhenTold) {
  expect_cases(
      {
          {"TIMESTAMP(3)", "\"2020-01-31T12:13:14\"", "+I[2020-01-31T12:13:14]"},
          {"TIMESTAMP(3)", "\"2020-01-31T12:13\"", "+I[2020-01-31T12:13]"},
          {"TIMESTAMP_LTZ(3)", "\"2020-01-31T12:13Z\"", "+I[2020-01-31T12:13:00Z]"},
          {"TIMESTAMP_LTZ(3)", "\"2020-01-31T12:13:14+01:00\"", "+I[2020-01-31T11:13:14Z]"},
      },
      {{"timestamp-format.standard", "ISO-8601"}});
}

TEST(JsonDecoding, SaysWhatIsWrongWithAValue) {
  const struct {
    std::string type, json, message, hint;
  } cases[] = {
      {"INT", "2147483648", "2147483648 is out of range for INT (-2147483648 to 2147483647)",
       "Declare the column BIGINT."},
      {"INT", "1e10", "1e10 is out of range for INT (-2147483648 to 2147483647)", "Declare the column BIGINT."},
      {"TINYINT", "128", "128 is out of range for TINYINT (-128 to 127)", "Declare the column BIGINT."},
      {"BIGINT", "9223372036854775808",
       "9223372036854775808 is out of range for BIGINT (-9223372036854775808 to 9223372036854775807)",
       "Declare the column DECIMAL(38, 0) or DOUBLE."},
      {"BIGINT", "1e19", "1e19 is out of range for BIGINT (-9223372036854775808 to 9223372036854775807)",
       "Declare the column DECIMAL(38, 0) or DOUBLE."},
      {"INT", "\"1.5\"", "'1.5' is not an INT", ""},
      {"INT", "true", "'true' is not an INT", ""},
      {"INT", "[]", "'[]' is not an INT", ""},
      {"TINYINT", "1.5", "'1.5' is not a TINYINT", ""},
      {"DOUBLE", "\"x\"", "'x' is not a DOUBLE", ""},
      {"DECIMAL(5, 2)", "\"x\"", "'x' is not a DECIMAL(5, 2)", ""},
      {"BYTES", "\"!!\"", "'!!' is not a BYTES of the form base64, such as 'YWJj'", ""},
      {"BYTES", "\"YWJ\"", "'YWJ' is not a BYTES of the form base64, such as 'YWJj'", ""},
      {"DATE", "\"2020-02-30\"", "'2020-02-30' is not a DATE of the form '2020-01-31'", ""},
      {"DATE", "18000", "'18000' is not a DATE of the form '2020-01-31'", ""},
      {"TIME(3)", "\"25:00:00\"", "'25:00:00' is not a TIME(3) of the form '10:00:00.123'", ""},
      {"TIMESTAMP(3)", "\"2020-01-31T12:13:14\"",
       "'2020-01-31T12:13:14' is not a TIMESTAMP(3) of the form '2020-01-31 10:00:00.123'",
       "Set 'json.timestamp-format.standard' = 'ISO-8601'."},
      {"TIMESTAMP(3)", "\"2020-01-31T12:13:14Z\"",
       "'2020-01-31T12:13:14Z' is not a TIMESTAMP(3) of the form '2020-01-31 10:00:00.123'",
       "Set 'json.timestamp-format.standard' = 'ISO-8601', and declare the column TIMESTAMP_LTZ(3): the text names a "
       "time zone."},
      {"TIMESTAMP(3)", "\"2020-01-31 12:13:14Z\"",
       "'2020-01-31 12:13:14Z' is not a TIMESTAMP(3) of the form '2020-01-31 10:00:00.123'",
       "Declare the column TIMESTAMP_LTZ(3): the text names a time zone."},
      {"TIMESTAMP_LTZ(3)", "\"2020-01-31 12:13:14\"",
       "'2020-01-31 12:13:14' is not a TIMESTAMP_LTZ(3) of the form '2020-01-31 10:00:00.123Z'",
       "Declare the column TIMESTAMP(3): the text names no time zone."},
      {"TIMESTAMP(3)", "1580000000000", "'1580000000000' is not a TIMESTAMP(3) of the form '2020-01-31 10:00:00.123'",
       "Declare the column BIGINT and add a computed column: TO_TIMESTAMP_LTZ(column, 3)."},
      {"TIMESTAMP(3)", "\"31/01/2020\"", "'31/01/2020' is not a TIMESTAMP(3) of the form '2020-01-31 10:00:00.123'",
       "Declare the column STRING and convert it with TO_TIMESTAMP(column, 'pattern')."},
      {"INT NOT NULL", "null", "it is NULL or missing, but declared NOT NULL", "Declare the column without NOT NULL."},
  };
  for (const auto& one : cases)
    EXPECT_EQ(decode_value({one.type, one.json, ""}),
              error_text(one.message, one.json, one.hint.empty() ? std::string(kGoOn) : one.hint))
        << one.type << " from " << one.json;
}

TEST(JsonDecoding, SaysWhereALineIsNotJson) {
  const struct {
    std::string line, message, hint;
  } cases[] = {
      {"{\"a\":1", "the line ends where ',' or '}' should come at character 7", ""},
      {"{\"a\":", "the line ends where a value should come at character 6", ""},
      {"{\"a", "a string is not closed at character 2", ""},
      {"{\"a\":1}{\"a\":2}", "'{' stands where the end of the line should come at character 8", ""},
      {"{\"a\":1} x", "'x' stands where the end of the line should come at character 9", ""},
      {"{\"a\":01}", "'01' stands where a value should come at character 6", ""},
      {"{\"a\":+1}", "'+1' stands where a value should come at character 6", ""},
      {"{\"a\":1.}", "'1.' stands where a value should come at character 6", ""},
      {"{\"a\":NaN}", "'NaN' stands where a value should come at character 6", ""},
      {"{\"a\":tru e}", "'tru' stands where a value should come at character 6", ""},
      {"{\"a\" 1}", "'1' stands where ':' should come at character 6", ""},
      {"{\"a\":1,}", "'}' stands where a name in quotes should come at character 8", ""},
      {"{a:1}", "'a' stands where a name in quotes should come at character 2", ""},
      {"{\"é\":1 2}", "'2' stands where ',' or '}' should come at character 8", ""},
      {"{\"a\":\"\\x\"}", "the string \"\\x\" has an escape that JSON does not have at character 6", ""},
      {"5", "it is not an object {…}", ""},
      {"null", "it is not an object {…}", ""},
      {"[5]", "element 1 of the array is not an object {…}", ""},
      {"{\"b\":\"\xff\"}", "it is not UTF-8 at character 7",
       "Convert the file to UTF-8, for example with `iconv -f latin1 -t utf-8`."},
      {"{", "the line ends where a name in quotes should come at character 2",
       "A record must be one line: rewrite the file with `jq -c . FILE` (an array: `jq -c '.[]' FILE`)."},
  };
  for (const auto& one : cases) {
    const std::string expected = "Table 't': JSON record cannot be read: in line 2: " + one.message +
                                 "; the record is: " + one.line + " | " +
                                 (one.hint.empty() ? std::string(kGoOn) : one.hint);
    const DecodedText out = decode_text({"json", "a INT"}, "{\"a\":0}\n" + one.line + "\n");
    EXPECT_EQ(out.error, expected) << one.line;
  }
}

TEST(JsonDecoding, ChecksColumnsThatAreNotAskedFor) {
  for (const std::string pruned : {"{\"x\" 1}", "[1,]", "\"\\x\"", "01", "tru", "{\"x\":[}]"}) {
    const DecodedText out =
        decode_text({"json", "a INT, b STRING", {}, {}, {{"a"}}}, "{\"a\":1,\"b\":" + pruned + "}\n{\"a\":2}\n");
    EXPECT_NE(out.error.find("in line 1:"), std::string::npos) << pruned << " gave " << out.text();
  }
  // Its type does not matter, and neither does that of a field that the table does not have.
  const DecodedText out = decode_text({"json", "a INT, b INT", {}, {}, {{"a"}}},
                                      "{\"b\":\"x\",\"a\":1,\"c\":{\"d\":[true,false,null,-1.5e+3,\"\\\"\"]}}\n");
  EXPECT_EQ(out.text(), "+I[1]\n");
}

TEST(JsonDecoding, TakesLinesAsTheyCome) {
  const TextTable table = {"json", "a INT, b STRING"};
  EXPECT_EQ(decode_text(table, "{\"a\":1}\n{\"b\":\"x\"}\n{}\n").text(), "+I[1, null]\n+I[null, x]\n+I[null, null]\n");
  EXPECT_EQ(decode_text(table, "{\"a\":1,\"a\":2}\n").text(), "+I[2, null]\n") << "the last of equal names counts";
  EXPECT_EQ(decode_text(table, "{\"A\":1}\n").text(), "+I[null, null]\n") << "names are case-sensitive";
  EXPECT_EQ(decode_text(table, "{\"\\u0061\":1}\n").text(), "+I[1, null]\n") << "names may have escapes";
  EXPECT_EQ(decode_text(table, "{\"a\":1}\r\n{\"a\":2}\r\n").text(), "+I[1, null]\n+I[2, null]\n");
  EXPECT_EQ(decode_text(table, "\xEF\xBB\xBF{\"a\":1}\n").text(), "+I[1, null]\n") << "a byte order mark is skipped";
  EXPECT_EQ(decode_text(table, "{\"a\":1}").text(), "+I[1, null]\n") << "the last line may lack its end";
  EXPECT_EQ(decode_text(table, " { \"a\" : 1 , \"b\" : \"x\" } \n").text(), "+I[1, x]\n");
  EXPECT_EQ(decode_text(table, "").text(), "");
  EXPECT_EQ(decode_text(table, "\n \n").text(), "");
  const DecodedText blank = decode_text(table, "{\"a\":1}\n\n  \n{\"a\":2}\n");
  EXPECT_EQ(blank.rows, (std::vector<std::string>{"1: +I[1, null]", "4: +I[2, null]"})) << "blank lines are no records";
}

TEST(JsonDecoding, AnArrayOnALineIsManyRows) {
  const TextTable table = {"json", "a INT"};
  const std::string text = "[{\"a\":1},{\"a\":2},{\"a\":3}]\n[]\n{\"a\":4}\n";
  const std::vector<std::string> rows = {"1: +I[1]", "1: +I[2]", "1: +I[3]", "3: +I[4]"};
  EXPECT_EQ(decode_text(table, text).rows, rows);
  EXPECT_EQ(decode_text(table, text, {.max_rows = 1}).rows, rows);
  EXPECT_EQ(decode_text(table, text, {.max_rows = 2}).rows, rows);
}

TEST(JsonDecoding, MissingFields) {
  EXPECT_EQ(decode_text({"json", "a INT, b INT", {{"fail-on-missing-field", "true"}}}, "{\"a\":1,\"b\":null}\n").text(),
            "+I[1, null]\n");
  EXPECT_EQ(decode_text({"json", "a INT, b INT", {{"fail-on-missing-field", "true"}}}, "{\"a\":1}\n").error,
            "Table 't': JSON record cannot be read: in line 1: column 'b': it is missing; the record is: {\"a\":1} | "
            "Set 'json.fail-on-missing-field' = 'false' to read NULL instead.");
  EXPECT_EQ(decode_text({"json", "a INT, b INT NOT NULL"}, "{\"a\":1}\n").error,
            "Table 't': JSON record cannot be read: in line 1: column 'b': it is NULL or missing, but declared NOT "
            "NULL; the record is: {\"a\":1} | Declare the column without NOT NULL.");
}

TEST(JsonDecoding, IgnoresParseErrorsWhenTold) {
  const DecodedText out = decode_text({"json", "a INT, b INT", {{"ignore-parse-errors", "true"}}},
                                      "{\"a\":\"x\",\"b\":1}\n{\"a\":1\n{\"a\":1,\"b\":2}\n5\n");
  EXPECT_EQ(out.text(), "+I[null, 1]\n+I[1, 2]\n");
  EXPECT_EQ(out.errors_counted, 3);
}

TEST(JsonDecoding, SkipsBadRecordsWhenTold) {
  const DecodedText out = decode_text({"json", "a INT, b INT", {}, {RecordErrorPolicy::kSkip, ""}},
                                      "{\"a\":\"x\",\"b\":1}\n{\"a\":1\n{\"a\":1,\"b\":2}\n[{\"a\":7},5,{\"a\":8}]\n");
  EXPECT_EQ(out.rows, (std::vector<std::string>{"3: +I[1, 2]", "4: +I[7, null]", "4: +I[8, null]"}));
  EXPECT_EQ(out.errors_counted, 3);
}

TEST(JsonDecoding, CountsDecimalsThatBecomeNull) {
  EXPECT_EQ(decode_text({"json", "a DECIMAL(3, 1)"}, "{\"a\":1000}\n{\"a\":1}\n").errors_counted, 1);
}

TEST(JsonDecoding, RefusesOptionsThatDoNotGoTogether) {
  EXPECT_EQ(
      decode_text({"json", "a INT", {{"fail-on-missing-field", "true"}, {"ignore-parse-errors", "true"}}}, "").error,
      "'json.fail-on-missing-field' and 'json.ignore-parse-errors' cannot both be true | Take one of them out.");
  EXPECT_EQ(
      decode_text({"json", "a INT", {{"ignore-parse-errors", "true"}}, {RecordErrorPolicy::kSkip, ""}}, "").error,
      "'json.ignore-parse-errors' and 'record.error-policy' cannot both be set | Take out one: the first makes bad "
      "values NULL, the second keeps or leaves out whole records.");
}

TEST(JsonDecoding, NoColumnsAreStillRows) {
  const DecodedText out = decode_text({"json", "a INT", {}, {}, {{}}}, "{\"a\":1}\n{}\n");
  EXPECT_EQ(out.rows, (std::vector<std::string>{"1: +I[]", "2: +I[]"}));
}

}  // namespace
}  // namespace tidemill
