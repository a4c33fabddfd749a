// What CSV fields become. The expectations marked "as Flink" were read off Flink 2.3.
#include <gtest/gtest.h>

#include "tests/unit/formats/decoding.h"

namespace tidemill {
namespace {

struct Case {
  std::string schema;
  std::string csv;
  std::string expected;
  OptionMap options = {};
};

void expect_cases(const std::vector<Case>& cases) {
  for (const Case& one : cases)
    EXPECT_EQ(decode_text({"csv", one.schema, one.options}, one.csv).text(), one.expected) << one.csv;
}

TEST(CsvDecoding, SplitsRecordsAsFlink) {
  const std::string ab = "a INT, b STRING";
  expect_cases({
      {ab, "1,x\n2,\"y\"\n", "+I[1, x]\n+I[2, y]\n"},
      {ab, "1,\n2,\"\"\n", "+I[1, ]\n+I[2, ]\n"},
      {ab, "1,x", "+I[1, x]\n"},
      {ab, "1,x\r\n2,y\r\n", "+I[1, x]\n+I[2, y]\n"},
      {ab, "1,\"x\"\r\n", "+I[1, x]\n"},
      {ab, " 1 , x \n", "+I[1,  x ]\n"},
      {ab, "1, \"x\"\n", "+I[1,  \"x\"]\n"},
      {ab, "1,\"x\" \n", "+I[1, x]\n"},
      {ab, "1,\"x\ny\"\n2,z\n", "+I[1, x\ny]\n+I[2, z]\n"},
      {ab, "1,\"x\"\"y\"\n", "+I[1, x\"y]\n"},
      {ab, "1,x\"y\n", "+I[1, x\"y]\n"},
      {ab, "1,a\"b\"c\n", "+I[1, a\"b\"c]\n"},
      {ab, "\"1\",x\n", "+I[1, x]\n"},
      {ab, "1,x,\n", "+I[1, x]\n"},
      {ab,
       "\xEF\xBB\xBF"
       "1,x\n",
       "+I[1, x]\n"},
      {ab, "", ""},
      {ab, "1,x\n\n2,y\n", "+I[1, x]\n+I[2, y]\n"},  // Flink: an error
      {"a STRING", "x\n\ny\n", "+I[x]\n+I[]\n+I[y]\n"},
      {"a STRING", "\"\"\n", "+I[]\n"},
      {ab, "#c\n1,x\n #d\n2,#y\n", "+I[1, x]\n+I[2, #y]\n", {{"allow-comments", "true"}}},
      {"a STRING, b STRING", "#c,d\n", "+I[#c, d]\n"},
      {ab, "1,\"x\"\n", "+I[1, \"x\"]\n", {{"disable-quote-character", "true"}}},
      {ab, "1;x,y\n", "+I[1, x,y]\n", {{"field-delimiter", ";"}}},
      {ab, "1\tx\n", "+I[1, x]\n", {{"field-delimiter", "\\t"}}},
      {ab, "1,'x''y'\n", "+I[1, x'y]\n", {{"quote-character", "'"}}},
      {ab,
       "1,x\\,y\n2,\"a\\\"b\"\n3,a\\\\b\n4,a\\nb\n5,\"a\\tb\"\n6,a\\qb\n7,x\\\ny\n",
       "+I[1, x,y]\n+I[2, a\"b]\n+I[3, a\\b]\n+I[4, a\nb]\n+I[5, a\tb]\n+I[6, aqb]\n+I[7, x\ny]\n",
       {{"escape-character", "\\"}}},
      {ab, "null,x\n1,null\n2,\"null\"\n", "+I[null, x]\n+I[1, null]\n+I[2, null]\n", {{"null-literal", "null"}}},
      {ab, ",x\n1,\n2,\"\"\n", "+I[null, x]\n+I[1, null]\n+I[2, null]\n", {{"null-literal", ""}}},
  });
}

TEST(CsvDecoding, ConvertsAsFlink) {
  expect_cases({
      {"a BOOLEAN", "true\nTRUE\n true \nabc\n1\n", "+I[true]\n+I[true]\n+I[true]\n+I[false]\n+I[false]\n"},
      {"a INT", "+5\n-2147483648\n 7\n", "+I[5]\n+I[-2147483648]\n+I[7]\n"},
      {"a DOUBLE", "NaN\n1e400\n1d\n-.5\n", "+I[NaN]\n+I[Infinity]\n+I[1.0]\n+I[-0.5]\n"},
      {"a DECIMAL(5, 2)", "123.456\n1234.5\n1e2\n", "+I[123.46]\n+I[null]\n+I[100.00]\n"},
      {"a DECIMAL(5, 2)", " 1\n1 \n2\n", "+I[null]\n+I[null]\n+I[2.00]\n", {{"ignore-parse-errors", "true"}}},
      {"a TIME(0), b TIME(1), c TIME(3)", "10:00:00.987,10:00:00.987,10:00:00.987654\n10:00,10:00,10:00\n",
       "+I[10:00, 10:00:00.900, 10:00:00.987]\n+I[10:00, 10:00, 10:00]\n"},
      {"a DATE",
       "2020-1-1\n2020-01-9\n1\n05\n2020-1\n20-1-1\n 2020-01-01\n2020-001-01\n12020-01-01\n2020-13-01\n",
       "+I[2020-01-01]\n+I[2020-01-09]\n+I[null]\n+I[null]\n+I[null]\n+I[null]\n+I[null]\n+I[null]\n+I[null]\n+I[null]"
       "\n",
       {{"ignore-parse-errors", "true"}}},
      {"a ROW<x INT, y STRING>",
       "a;b\n1;b;c\n1\n1;\nx;y\n",
       "+I[+I[null, b]]\n+I[+I[1, b]]\n+I[+I[1, null]]\n+I[+I[1, ]]\n+I[+I[null, y]]\n",
       {{"ignore-parse-errors", "true"}}},
      {"a DATE", "2020-01-31\n2020-1-3\n", "+I[2020-01-31]\n+I[2020-01-03]\n"},
      {"a TIME(3)", "12:13:14\n12:13:14.5\n12:13\n", "+I[12:13:14]\n+I[12:13:14.500]\n+I[12:13]\n"},
      {"a TIMESTAMP(3)", "2020-01-31 12:13:14.123456\n", "+I[2020-01-31T12:13:14.123]\n"},
      {"a TIMESTAMP_LTZ(3)", "2020-01-31 12:13:14Z\n", "+I[2020-01-31T12:13:14Z]\n"},
      {"a TIMESTAMP(3)",
       "2020-01-31T12:13:14\n",
       "+I[2020-01-31T12:13:14]\n",
       {{"timestamp-format.standard", "ISO-8601"}}},
      {"a BYTES", "YWJj\n", "+I[[97, 98, 99]]\n"},
      {"a CHAR(3), b VARCHAR(2)", "abcdef,xyz\n", "+I[abcdef, xyz]\n"},
  });
}

TEST(CsvDecoding, SaysWhatIsWrong) {
  constexpr std::string_view kGoOn = "Set 'record.error-policy' to skip or dead-letter to go on without such records.";
  const struct {
    std::string schema, line, message, hint;
  } cases[] = {
      {"a INT, b STRING, c STRING", "1,x", "it has 2 fields, but the table has 3 columns", ""},
      {"a INT, b STRING", "1", "it has 1 field, but the table has 2 columns", ""},
      {"a INT, b STRING", "1;x", "it has 1 field, but the table has 2 columns", "Set 'csv.field-delimiter' = ';'."},
      {"a INT, b STRING", "1\tx", "it has 1 field, but the table has 2 columns", "Set 'csv.field-delimiter' = '\\t'."},
      {"a INT, b STRING", "1,x,y", "it has 3 fields, but the table has 2 columns", ""},
      {"a INT, b STRING", ",x", "column 'a': an empty field is not INT",
       "Set 'csv.null-literal' = '' to read empty fields as NULL."},
      {"a INT, b STRING", "1.5,x", "column 'a': '1.5' is not an INT", ""},
      {"a INT, b STRING", "2147483648,x", "column 'a': 2147483648 is out of range for INT (-2147483648 to 2147483647)",
       "Declare the column BIGINT."},
      {"a INT, b TIMESTAMP(3)", "1,2020-01-31T10:00:00",
       "column 'b': '2020-01-31T10:00:00' is not a TIMESTAMP(3) of the form '2020-01-31 10:00:00.123'",
       "Set 'csv.timestamp-format.standard' = 'ISO-8601'."},
      {"a INT, b STRING", "1,\"x\"y", "'y' stands behind a closing quote, where ',' or the end of the line should",
       "Write a quote inside quotes twice, or set 'csv.escape-character'."},
      {"a INT, b STRING", "1,\"x", "a quote is not closed",
       "Close the quote, or set 'csv.disable-quote-character' = 'true' if quotes are ordinary text."},
      {"a INT, b STRING", "1,\xff", "it is not UTF-8 at character 3",
       "Convert the file to UTF-8, for example with `iconv -f latin1 -t utf-8`."},
  };
  for (const auto& one : cases) {
    const std::string first = one.schema.find('c') == std::string::npos ? "0,a\n" : "0,a,b\n";
    const bool timestamp = one.schema.find("TIME") != std::string::npos;
    const DecodedText out =
        decode_text({"csv", one.schema}, (timestamp ? "0,2020-01-01 00:00:00\n" : first) + one.line + "\n");
    EXPECT_EQ(out.error, "Table 't': CSV record cannot be read: in line 2: " + one.message + "; the record is: " +
                             one.line + " | " + (one.hint.empty() ? std::string(kGoOn) : one.hint));
  }
}

TEST(CsvDecoding, CountsLinesOverQuotedLineBreaks) {
  const std::string text = "1,\"x\n\ny\"\n\n2,z\nq,w\n";
  EXPECT_EQ(decode_text({"csv", "a INT, b STRING", {}, {RecordErrorPolicy::kSkip, ""}}, text).rows,
            (std::vector<std::string>{"1: +I[1, x\n\ny]", "5: +I[2, z]"}));
  const DecodedText failed = decode_text({"csv", "a INT, b STRING"}, text);
  EXPECT_NE(failed.error.find("in line 6: column 'a'"), std::string::npos) << failed.error;
}

TEST(CsvDecoding, AHeaderNamesTheColumns) {
  const OptionMap header = {{"header", "true"}};
  expect_cases({
      {"a INT, b STRING", "b,x,a\ny,0,1\n", "+I[1, y]\n", header},
      {"a INT, b STRING", "\"b\",\"a\"\r\ny,1\r\n", "+I[1, y]\n", header},
      {"a STRING", "b,\"a\"\ny,1\n", "+I[1]\n", header},
      {"a INT, b STRING", "", "", header},
      {"a INT, b STRING", "BB,CC\n",
       "error: Column 'a' is not in the header of in | The header names: BB, CC. Without a header, "
       "set 'csv.header' = 'false'.\n",
       header},
      {"user_id INT", "user_ids\n",
       "error: Column 'user_id' is not in the header of in | Did you mean 'user_ids'? The header "
       "names: user_ids. Without a header, set 'csv.header' = 'false'.\n",
       header},
  });
  EXPECT_EQ(decode_text({"csv", "a INT, b STRING", header, {}, {{"b"}}}, "c,b\n1,x\n").text(), "+I[x]\n")
      << "a column that is not asked for need not be there";
  EXPECT_EQ(
      decode_text({"csv", "a INT, b STRING", header}, "a,b\n1\n").error,
      "Table 't': CSV record cannot be read: in line 2: it has 1 field, but the header names 2 columns; the record "
      "is: 1 | Set 'record.error-policy' to skip or dead-letter to go on without such records.");
}

TEST(CsvDecoding, IgnoresParseErrorsWhenTold) {
  const DecodedText out =
      decode_text({"csv", "a INT, b STRING", {{"ignore-parse-errors", "true"}}}, "1\n2,x,y\n3,z\nq,w\n4,\"a\"b\n");
  EXPECT_EQ(out.text(), "+I[1, null]\n+I[3, z]\n+I[null, w]\n");
  EXPECT_EQ(out.errors_counted, 4);
}

TEST(CsvDecoding, SkipsBadRecordsWhenTold) {
  const DecodedText out = decode_text({"csv", "a INT, b STRING", {}, {RecordErrorPolicy::kSkip, ""}},
                                      "1\n2,x,y\n3,z\nq,w\n4,\"open\n5,v\n");
  EXPECT_EQ(out.rows, (std::vector<std::string>{"3: +I[3, z]", "6: +I[5, v]"}))
      << "where a quote stays open, reading goes on with the next line";
  EXPECT_EQ(out.errors_counted, 4);
}

TEST(CsvDecoding, RefusesDialectsThatCannotBeTold) {
  EXPECT_EQ(
      decode_text({"csv", "a INT", {{"field-delimiter", "\""}}}, "").error,
      "'csv.field-delimiter' must differ from the line break, the quote and the escape character | Choose another "
      "character.");
  EXPECT_EQ(decode_text({"csv", "a INT", {{"quote-character", "'"}, {"disable-quote-character", "true"}}}, "").error,
            "'csv.quote-character' has no effect with 'csv.disable-quote-character' = 'true' | Take one of them out.");
}

// Whatever the policy: with the header left out, the next record would name the columns.
TEST(CsvDecoding, AHeaderThatCannotBeReadIsAnError) {
  const RecordErrorSettings skip = {RecordErrorPolicy::kSkip, ""};
  const TextTable table = {"csv", "a INT, b INT", {{"header", "true"}}, skip};
  EXPECT_EQ(decode_text(table, "a,\"b\"x\na,b\n1,2\n").error,
            "The header of in cannot be read: line 1: 'x' stands behind a closing quote, where ',' or the end of the "
            "line should | Write a quote inside quotes twice, or set 'csv.escape-character'.");
  EXPECT_EQ(decode_text(table, "\na,b\xE9\na,b\n").error,
            "The header of in cannot be read: line 2: it is not UTF-8 at character 4 | Convert the file to UTF-8, for "
            "example with `iconv -f latin1 -t utf-8`.");
}

}  // namespace
}  // namespace tidemill
