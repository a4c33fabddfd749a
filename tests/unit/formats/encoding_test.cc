// What rows become. The texts of the first two tests are what Flink 2.3 writes for the same rows.
#include <gtest/gtest.h>

#include "base/error.h"
#include "data/nested.h"
#include "data/pretty.h"
#include "data/value_text.h"
#include "data/variant.h"
#include "env/simulated/simulated_environment.h"
#include "formats/json/json_value_writer.h"
#include "tests/unit/formats/decoding.h"

namespace tidemill {
namespace {

constexpr std::string_view kSchema =
    "b BOOLEAN, ti TINYINT, bi BIGINT, f FLOAT, d DOUBLE, d2 DOUBLE, dc DECIMAL(10, 3), dc2 DECIMAL(20, 10), dc3 "
    "DECIMAL(10, 0), s STRING, s2 STRING, s3 STRING, by BYTES, dt DATE, t3 TIME(3), ts3 TIMESTAMP(3), ts9 "
    "TIMESTAMP(9), "
    "l3 TIMESTAMP_LTZ(3), n INT";
constexpr std::string_view kRow =
    "TRUE | 1 | 9223372036854775807 | 0.1 | 1e10 | 1e-7 | 1.500 | 0.0000000100 | 1000 | 'a\"b,c' | 'x/y é\\z' | '' | "
    "x'616263' | 2020-01-31 | 12:13:14.120 | 2020-01-31 12:13:14.120 | 2020-01-31 12:13:14.120450780 | 2020-01-31 "
    "12:13:00 | NULL";

TEST(Encoding, JsonAsFlink) {
  EXPECT_EQ(
      encode_text({"json", std::string(kSchema)}, std::string(kRow)),
      R"({"b":true,"ti":1,"bi":9223372036854775807,"f":0.1,"d":1.0E10,"d2":1.0E-7,"dc":1.5,"dc2":1E-8,"dc3":1E+3,)"
      R"("s":"a\"b,c","s2":"x/y é\\z","s3":"","by":"YWJj","dt":"2020-01-31","t3":"12:13:14.12",)"
      R"("ts3":"2020-01-31 12:13:14.12","ts9":"2020-01-31 12:13:14.12045078","l3":"2020-01-31 12:13:00Z","n":null})"
      "\n");
  EXPECT_EQ(encode_text({"json",
                         "dc DECIMAL(10, 3), dc2 DECIMAL(20, 10), dc3 DECIMAL(10, 0), ts3 TIMESTAMP(3), l3 "
                         "TIMESTAMP_LTZ(3), n INT",
                         {{"timestamp-format.standard", "ISO-8601"},
                          {"encode.decimal-as-plain-number", "true"},
                          {"encode.ignore-null-fields", "true"}}},
                        "1.500 | 0.0000000100 | 1000 | 2020-01-31 12:13:00 | 2020-01-31 12:13:14.120 | NULL"),
            R"({"dc":1.500,"dc2":0.0000000100,"dc3":1000,"ts3":"2020-01-31T12:13:00","l3":"2020-01-31T12:13:14.12Z"})"
            "\n");
}

// Columns of three rows, the second of them NULL.
struct NestedSample {
  ColumnPtr arrays, rows, maps;
};
NestedSample nested_sample() {
  ColumnBuilder texts(Type::string());
  texts.append_text("a");
  texts.append_null();
  texts.append_text("b \"c\"");
  ColumnBuilder numbers(Type::integer());
  numbers.append(1);
  numbers.append_null();
  numbers.append(3);
  const ColumnPtr three_texts = texts.finish();
  const ColumnPtr three_numbers = numbers.finish();
  const int32_t second_null[] = {0, -1, 2};
  const ColumnPtr nulls = three_numbers->take(second_null);
  const Type row = Type::row({{"p", Type::string()}, {"q", Type::integer()}});
  return {
      join_nested(Type::array(Type::string()), {{0, 3, 3, 3}, {three_texts}}, *nulls),
      join_nested(row, {{}, {three_texts, three_numbers}}, *nulls),
      join_nested(Type::map(Type::string(), Type::integer()), {{0, 2, 2, 3}, {three_texts, three_numbers}}, *nulls)};
}

std::string json_of(const ColumnPtr& column, const JsonStyle& style) {
  JsonValueWriter writer(style);
  writer.write(*column);
  std::string text;
  for (int32_t row = 0; row < column->num_rows(); ++row) {
    writer.is_null(row) ? void(text += "null") : writer.append(row, text);
    text += ' ';
  }
  return text;
}

TEST(Encoding, NestedValuesAsJson) {
  const NestedSample sample = nested_sample();
  JsonStyle style;
  EXPECT_EQ(json_of(sample.arrays, style), R"(["a",null,"b \"c\""] null [] )");
  EXPECT_EQ(json_of(sample.rows, style), R"({"p":"a","q":1} null {"p":"b \"c\"","q":3} )");
  EXPECT_THROW(json_of(sample.maps, style), UserError);
  style.null_key = JsonStyle::NullKey::kDrop;
  EXPECT_EQ(json_of(sample.maps, style), R"({"a":1} null {"b \"c\"":3} )");
  style.null_key = JsonStyle::NullKey::kLiteral;
  EXPECT_EQ(json_of(sample.maps, style), R"({"a":1,"null":null} null {"b \"c\"":3} )");
}

TEST(Encoding, VariantsAsJson) {
  ColumnBuilder variants(Type::variant());
  for (const std::string_view json : {R"({"b": "NaN \"", "a": [1.50, null]})", "null", "1e0", "\"I\""}) {
    std::string bytes;
    ASSERT_FALSE(append_variant(json, false, bytes));
    variants.append_text(bytes);
  }
  variants.append_null();
  EXPECT_EQ(json_of(variants.finish(), JsonStyle()), R"({"a":[1.5,null],"b":"NaN \""} null 1.0 "I" null )");
}

TEST(Encoding, NestedValuesAsCsv) {
  const NestedSample sample = nested_sample();
  ColumnTexts texts;
  TextStyle style;
  texts.write(*sample.arrays, style);
  EXPECT_EQ(texts.at(0), "a;;b \"c\"");
  EXPECT_TRUE(texts.is_null(1));
  EXPECT_EQ(texts.at(2), "");
  style.array_separator = "|";
  style.null_text = "\\N";
  texts.write(*sample.arrays, style);
  EXPECT_EQ(texts.at(0), "a|\\N|b \"c\"");
  texts.write(*sample.rows, style);
  EXPECT_EQ(texts.at(0), "a|1");
  EXPECT_EQ(texts.at(2), "b \"c\"|3");
}

TEST(Encoding, CsvAsFlink) {
  EXPECT_EQ(encode_text({"csv", std::string(kSchema)}, std::string(kRow)),
            "true,1,9223372036854775807,0.1,1.0E10,1.0E-7,1.5,1E-8,1E+3,\"a\"\"b,c\",\"x/y é\\z\",,YWJj,2020-01-31,"
            "12:13:14.12,\"2020-01-31 12:13:14.12\",\"2020-01-31 12:13:14.12045078\",\"2020-01-31 12:13:00Z\",\n");
  EXPECT_EQ(encode_text({"csv",
                         "dt DATE, t3 TIME(3), i INT, n INT, s STRING",
                         {{"field-delimiter", ";"}, {"quote-character", "'"}, {"null-literal", "n/a"}}},
                        "2020-01-31 | 12:13:14.120 | -5 | NULL | 'a''b'"),
            "'2020-01-31';'12:13:14.12';-5;n/a;'a''b'\n");
  EXPECT_EQ(encode_text({"csv", "a STRING, b STRING", {{"disable-quote-character", "true"}}}, "'a\"b,c' | 'x y'"),
            "a\"b,c,x y\n");
  EXPECT_EQ(
      encode_text({"csv", "a STRING, b STRING, c STRING", {{"escape-character", "\\"}}}, "'a\"b' | 'a\\b' | 'a-b'"),
      "\"a\"\"b\",\"a\\\\b\",a-b\n");
  EXPECT_EQ(encode_text({"csv", "a STRING, b STRING"}, "'aaaaaaaaaaaaaaaaaaaaaaaa' | 'aaaaaaaaaaaaaaaaaaaaaaaaa'"),
            "aaaaaaaaaaaaaaaaaaaaaaaa,\"aaaaaaaaaaaaaaaaaaaaaaaaa\"\n");
  EXPECT_EQ(encode_text({"csv", "a INT, b INT", {{"header", "true"}}}, "1 | 2"), "a,b\n1,2\n");
}

// A quote or an escape character at every place of a text, alone and beside another one.
TEST(Encoding, CsvDoublesQuotesAndEscapes) {
  constexpr size_t kBytesMax = 40;
  for (const bool escapes : {false, true}) {
    TextTable table = {"csv", "a STRING", {{"quote-character", "'"}}};
    if (escapes) table.options["escape-character"] = "~";
    for (size_t size = 1; size <= kBytesMax; ++size) {
      for (size_t at = 0; at < size; ++at) {
        std::string text(size, 'x');
        text[at] = '\'';
        if (at + 3 < size) text[at + 3] = '~';
        std::string doubled;
        for (const char c : text) doubled.append(c == '\'' || (escapes && c == '~') ? 2 : 1, c);
        std::string cell;
        for (const char c : text) cell.append(c == '\'' ? 2 : 1, c);
        ASSERT_EQ(encode_text(table, "'" + cell + "'"), "'" + doubled + "'\n") << text;
      }
    }
  }
}

// Quotes and escapes that stand in times too are doubled there; without a space in them they may stand bare.
TEST(Encoding, CsvQuotesTimes) {
  const auto text = [](OptionMap options) {
    return encode_text({"csv", "a TIMESTAMP(3), b TIMESTAMP_LTZ(3)", std::move(options)},
                       "2020-01-31 12:13:14.120 | 2020-01-31 12:13:14\nNULL | NULL");
  };
  EXPECT_EQ(text({}), "\"2020-01-31 12:13:14.12\",\"2020-01-31 12:13:14Z\"\n,\n");
  EXPECT_EQ(text({{"quote-character", ":"}}), ":2020-01-31 12::13::14.12:,:2020-01-31 12::13::14Z:\n,\n");
  EXPECT_EQ(text({{"escape-character", "-"}}), "\"2020--01--31 12:13:14.12\",\"2020--01--31 12:13:14Z\"\n,\n");
  EXPECT_EQ(text({{"disable-quote-character", "true"}}), "2020-01-31 12:13:14.12,2020-01-31 12:13:14Z\n,\n");
  EXPECT_EQ(text({{"null-literal", "a literal longer than any integer"}}).substr(47),
            "\na literal longer than any integer,a literal longer than any integer\n");
}

// The 25th character decides, not the 25th byte.
TEST(Encoding, CsvQuotesLongTexts) {
  const auto is_quoted = [](const std::string& text) {
    return encode_text({"csv", "a STRING"}, "'" + text + "'").starts_with('"');
  };
  for (const std::string_view first : {"a", "\u00e9", "\u4e16"}) {
    const std::string rest(23, 'b');
    EXPECT_FALSE(is_quoted(std::string(first) + rest));
    EXPECT_FALSE(is_quoted(rest + std::string(first)));
    EXPECT_TRUE(is_quoted(std::string(first) + rest + "c"));
    EXPECT_TRUE(is_quoted(rest + "c" + std::string(first)));
  }
}

// Flink writes the second row bare, and would leave it out as a comment when reading.
TEST(Encoding, CsvQuotesWhatWouldReadAsAByteOrderMark) {
  EXPECT_EQ(encode_text({"csv", "a STRING, b STRING"}, "'\xEF\xBB\xBFx' | 'y\xEF\xBB\xBF'"),
            "\"\xEF\xBB\xBFx\",y\xEF\xBB\xBF\n");
}

TEST(Encoding, CsvQuotesWhatWouldReadAsAComment) {
  const TextTable table = {
      "csv", "a STRING, b STRING", {{"field-delimiter", "\t"}, {"allow-comments", "true"}, {"null-literal", "-"}}};
  const std::string text = encode_text(table, "'a' | 'b'\n'#1' | '#2'\n' #' | NULL");
  EXPECT_EQ(text, "a\tb\n\"#1\"\t\"#2\"\n\" #\"\t-\n");
  EXPECT_EQ(decode_text(table, text).rows.size(), 3u);
}

TEST(Encoding, JsonEscapesWhatItMust) {
  EXPECT_EQ(encode_text({"json", "a STRING, d DOUBLE, f FLOAT"}, "'\x01\x1f\b\f\t\\' | NaN | -Infinity"),
            "{\"a\":\"\\u0001\\u001F\\b\\f\\t\\\\\",\"d\":\"NaN\",\"f\":\"-Infinity\"}\n");
}

// Makes one row, as data/pretty.h reads it, of the columns of RoundTrip.
class RandomRows {
 public:
  explicit RandomRows(Random& random) : random_(random) {}

  bool coin() { return below(2) == 0; }
  std::string next() {
    const std::vector<std::string> cells = {
        coin() ? "TRUE" : "FALSE",
        number(128),
        number(32768),
        number(int64_t{1} << 31),
        std::to_string(static_cast<int64_t>(random_.next())),
        fmt::format("{}.5", number(1000)),
        fmt::format("{}e{}", number(1'000'000'007), number(200)),
        fmt::format("{}.{:03}", number(9'999'999), below(1000)),
        fmt::format("{}.{:012}", number(1'000'000'000'000'000), below(1'000'000'000'000)),
        text(),
        fmt::format("x'{:04x}'", below(65536)),
        date(),
        time(3),
        date() + " " + time(3),
        date() + " " + time(6),
        date() + " " + time(9),
        date() + " " + time(3)};
    std::string row;
    for (const std::string& cell : cells) row += (row.empty() ? "" : " | ") + (below(8) == 0 ? "NULL" : cell);
    return row;
  }

 private:
  int64_t below(int64_t count) { return static_cast<int64_t>(random_.next() % static_cast<uint64_t>(count)); }
  std::string number(int64_t limit) { return std::to_string(below(2 * limit) - limit); }
  std::string date() { return fmt::format("{:04}-{:02}-{:02}", 1900 + below(200), 1 + below(12), 1 + below(28)); }
  std::string time(int32_t digits) {
    const std::string fraction = fmt::format("{:09}", below(1'000'000'000)).substr(0, static_cast<size_t>(digits));
    return fmt::format("{:02}:{:02}:{:02}.{}", below(24), below(60), below(60), fraction);
  }
  std::string text() {
    const std::string texts[] = {"x",
                                 "",
                                 "a,b",
                                 "a\"b",
                                 "tab\t",
                                 "é😀",
                                 "back\\slash",
                                 " spaces ",
                                 "NULL",
                                 "{\"a\":1}",
                                 "\r",
                                 "it''s",
                                 "a longer text that is not kept inline"};
    return "'" + texts[below(static_cast<int64_t>(std::size(texts)))] + "'";
  }

  Random& random_;
};

// Rows of random values come back as they were, through both formats.
TEST(Encoding, RoundTrip) {
  const std::string schema =
      "a BOOLEAN, b TINYINT, c SMALLINT, d INT, e BIGINT, f FLOAT, g DOUBLE, h DECIMAL(10, 3), i DECIMAL(38, 12), j "
      "STRING, k BYTES, l DATE, m TIME(3), n TIMESTAMP(3), o TIMESTAMP(6), p TIMESTAMP(9), q TIMESTAMP_LTZ(3)";
  SimulatedEnvironment environment(3);
  RandomRows rows(environment.get().random);
  for (int32_t round = 0; round < 200; ++round) {
    const std::string row = rows.next();
    const std::string iso = rows.coin() ? "SQL" : "ISO-8601";
    std::string seen[2];
    size_t i = 0;
    for (const auto& [format, options] : std::vector<std::pair<std::string, OptionMap>>{
             {"json", {{"timestamp-format.standard", iso}}},
             {"csv", {{"timestamp-format.standard", iso}, {"null-literal", "\\N"}, {"header", "true"}}}}) {
      const TextTable table = {format, schema, options};
      const std::string text = encode_text(table, row);
      const DecodedText decoded = decode_text(table, text);
      ASSERT_EQ(decoded.error, "") << text;
      ASSERT_EQ(decoded.rows.size(), 1u) << text;
      seen[i++] = decoded.rows[0].substr(decoded.rows[0].find(": "));
    }
    EXPECT_EQ(seen[0], seen[1]);
    const Batch batch = parse_batch(parse_schema(schema), row);
    std::string expected = ": ";
    append_row_text(expected, batch, 0);
    EXPECT_EQ(seen[0], expected);
  }
}

}  // namespace
}  // namespace tidemill
