// What Debezium messages become, and rows with kinds as messages. Expectations marked "as Flink" were read off
// Flink 2.3.
#include <gtest/gtest.h>

#include "base/error.h"
#include "data/pretty.h"
#include "tests/unit/formats/decoding.h"

namespace tidemill {
namespace {

constexpr std::string_view kSchema = "id INT, name STRING, w DECIMAL(10, 3)";

std::string decode(std::string_view text, OptionMap options = {}, RecordErrorSettings errors = {}) {
  return decode_text({"debezium-json", std::string(kSchema), std::move(options), std::move(errors)}, text).text();
}

// As Flink.
TEST(Debezium, OperationsBecomeKinds) {
  EXPECT_EQ(decode(R"({"before":null,"after":{"id":1,"name":"a","w":1.5},"source":{"db":"inv"},"op":"c","ts_ms":1}
{"before":null,"after":{"id":2,"name":"b","w":null},"op":"r"}
{"before":{"id":1,"name":"a","w":1.5},"after":{"id":1,"name":"aa","w":2.5},"op":"u"}

{"before":{"id":2,"name":"b"},"after":null,"op":"d"}
)"),
            "+I[1, a, 1.500]\n+I[2, b, null]\n-U[1, a, 1.500]\n+U[1, aa, 2.500]\n-D[2, b, null]\n");
}

// As Flink, but that an array of messages holds several of them there, too.
TEST(Debezium, SchemaAndArrays) {
  const OptionMap with_schema = {{"schema-include", "true"}};
  EXPECT_EQ(decode(R"({"payload":{"after":{"id":1,"name":"x"},"op":"c"},"schema":{"a":1}})", with_schema),
            "+I[1, x, null]\n");
  EXPECT_NE(decode(R"({"after":{"id":1,"name":"x"},"op":"c"})", with_schema).find("it has no \"payload\""),
            std::string::npos);
  EXPECT_EQ(decode(R"([{"after":{"id":1},"op":"c"},{"before":{"id":1},"after":{"id":2},"op":"u"}])"),
            "+I[1, null, null]\n-U[1, null, null]\n+U[2, null, null]\n");
  // The last of several members counts.
  EXPECT_EQ(decode(R"({"op":"c","after":{"id":1},"before":{"id":9},"op":"d"})"), "-D[9, null, null]\n");
}

TEST(Debezium, WhatIsNoMessageIsRefusedByName) {
  const auto message = [](std::string_view text) {
    const std::string found = decode(text);
    const std::string before = "error: Table 't': Debezium JSON record cannot be read: in line 1: ";
    return found.starts_with(before) ? found.substr(before.size(), found.find("; the record") - before.size()) : found;
  };
  // The text of Flink.
  EXPECT_EQ(
      message(R"({"before":null,"after":{"id":1},"op":"u"})"),
      "The \"before\" field of UPDATE message is null, if you are using Debezium Postgres Connector, please check "
      "the Postgres table has been set REPLICA IDENTITY to FULL level");
  EXPECT_EQ(
      message(R"({"before":null,"after":null,"op":"d"})"),
      "The \"before\" field of DELETE message is null, if you are using Debezium Postgres Connector, please check "
      "the Postgres table has been set REPLICA IDENTITY to FULL level");
  EXPECT_EQ(message(R"({"after":{"id":1},"op":"x"})"), "Unknown \"op\" value \"x\"");
  EXPECT_EQ(message(R"({"after":{"id":1},"op":1})"), "Unknown \"op\" value \"1\"");
  EXPECT_EQ(message(R"({"after":{"id":1}})"), "it has no \"op\"");
  EXPECT_EQ(message(R"({"after":null,"op":"c"})"), "its \"after\" is not an object {…}, as CREATE demands");
  EXPECT_EQ(message(R"({"before":{"id":1},"after":5,"op":"u"})"),
            "its \"after\" is not an object {…}, as UPDATE demands");
  EXPECT_EQ(message("5"), "it is not an object {…}");
  EXPECT_EQ(message(R"({"after":{"id":"zz"},"op":"c"})"), "column 'id': 'zz' is not an INT");
}

TEST(Debezium, AnUpdateIsReadWholeOrNotAtAll) {
  constexpr std::string_view kText =
      "{\"before\":{\"id\":1},\"after\":{\"id\":\"zz\"},\"op\":\"u\"}\n{\"after\":{\"id\":3},\"op\":\"c\"}\n";
  const RecordErrorSettings skip = {RecordErrorPolicy::kSkip, ""};
  EXPECT_EQ(decode(kText, {}, skip), "+I[3, null, null]\n");
  // As Flink: the value is NULL, a message without its row is left out.
  const OptionMap ignore = {{"ignore-parse-errors", "true"}};
  EXPECT_EQ(decode(kText, ignore), "-U[1, null, null]\n+U[null, null, null]\n+I[3, null, null]\n");
  EXPECT_EQ(decode(R"({"before":null,"after":{"id":1},"op":"u"})", ignore), "");
  const RecordErrorSettings letters = {RecordErrorPolicy::kDeadLetter, "letters"};
  const DecodedText out = decode_text({"debezium-json", std::string(kSchema), {}, letters}, kText);
  ASSERT_EQ(out.letters.size(), 1u);
  EXPECT_NE(out.letters[0].find("\"offset\":1"), std::string::npos);
}

TEST(Debezium, Metadata) {
  TextTable table{"debezium-json", "id INT"};
  table.metadata = {"ingestion-timestamp", "source.timestamp", "source.database",
                    "source.schema",       "source.table",     "source.properties"};
  const DecodedText out = decode_text(
      table,
      R"({"after":{"id":1},"op":"c","ts_ms":1589362330904,"source":{"db":"inv","ts_ms":1589362330000,"schema":"public","table":"p","lsn":null}}
{"after":{"id":2},"op":"c"}
)");
  EXPECT_EQ(out.text(),
            "+I[1, 2020-05-13T09:32:10.904Z, 2020-05-13T09:32:10Z, inv, public, p, "
            "{schema=public, lsn=null, db=inv, ts_ms=1589362330000, table=p}]\n"
            "+I[2, null, null, null, null, null, null]\n");
}

// As Flink.
TEST(Debezium, RowsWithKindsBecomeMessages) {
  const TextTable table{"debezium-json", std::string(kSchema)};
  const std::string text =
      encode_text(table, "+I | 1 | a | 1.500\n-U | 1 | a | 1.500\n+U | 1 | b | NULL\n-D | 1 | b | NULL");
  EXPECT_EQ(text,
            R"({"before":null,"after":{"id":1,"name":"a","w":1.5},"op":"c"}
{"before":{"id":1,"name":"a","w":1.5},"after":null,"op":"d"}
{"before":null,"after":{"id":1,"name":"b","w":null},"op":"c"}
{"before":{"id":1,"name":"b","w":null},"after":null,"op":"d"}
)");
  // What is read back makes the same table.
  EXPECT_EQ(decode(text), "+I[1, a, 1.500]\n-D[1, a, 1.500]\n+I[1, b, null]\n-D[1, b, null]\n");
  EXPECT_THROW(encode_text({"debezium-json", "a INT", {{"schema-include", "true"}}}, "1"), UserError);
}

}  // namespace
}  // namespace tidemill
