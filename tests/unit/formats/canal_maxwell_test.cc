// What messages of Canal and of Maxwell become, and rows with kinds as their messages. Expectations marked "as Flink"
// were read off Flink 2.3.
#include <gtest/gtest.h>

#include "tests/unit/formats/decoding.h"

namespace tidemill {
namespace {

constexpr std::string_view kSchema = "id INT, name STRING, w DECIMAL(10, 3)";

std::string decode(const std::string& format, std::string_view text, OptionMap options = {},
                   RecordErrorSettings errors = {}) {
  return decode_text({format, std::string(kSchema), std::move(options), std::move(errors)}, text).text();
}

// Returns what is said to be wrong with the message; the rows where nothing is.
std::string complaint(const std::string& format, std::string_view text) {
  const std::string found = decode(format, text);
  const size_t start = found.find(" in line 1: ");
  if (start == std::string::npos) return found;
  return found.substr(start + 12, found.find("; the record") - start - 12);
}

// As Flink.
TEST(Canal, TypesBecomeKinds) {
  constexpr std::string_view kText =
      R"({"data":[{"id":"111","name":"scooter","w":"5.18"},{"id":112,"name":"b","w":1}],"database":"inv","old":null,"type":"INSERT"}
{"data":[{"id":"113","name":"x","w":"1"}],"database":"inv","old":[{"name":null}],"table":"products","type":"UPDATE"}

{"data":[{"id":"111","name":"scooter","w":"5.15"}],"database":"inv","old":null,"table":"products","type":"DELETE"}
{"data":null,"database":"inv","table":"products","type":"CREATE","sql":"CREATE TABLE …"}
{"data":[{"id":"3"}],"type":"INSERT"}
)";
  EXPECT_EQ(decode("canal-json", kText),
            "+I[111, scooter, 5.180]\n+I[112, b, 1.000]\n-U[113, null, 1.000]\n+U[113, x, 1.000]\n"
            "-D[111, scooter, 5.150]\n+I[3, null, null]\n");
}

// Flink looks for a column in the "old" of all rows of the message, and takes it for changed where one of them has it.
TEST(Canal, EachRowOfAnUpdateHasItsOwnOld) {
  EXPECT_EQ(decode("canal-json", R"({"data":[{"id":1,"name":"a","w":2},{"id":2,"name":null}],)"
                                 R"("old":[{"w":"1.5"},{"name":"b","w":"1"}],"type":"UPDATE"})"),
            "-U[1, a, 1.500]\n+U[1, a, 2.000]\n-U[2, b, 1.000]\n+U[2, null, null]\n");
}

// As Flink.
TEST(Canal, DatabasesAndTablesAreChosenByPattern) {
  constexpr std::string_view kText = R"({"data":[{"id":1}],"database":"inv","table":"products","type":"INSERT"}
{"data":[{"id":2}],"database":"other","table":"products","type":"INSERT"}
{"data":[{"id":3}],"database":"inv","table":"items","type":"INSERT"}
)";
  EXPECT_EQ(decode("canal-json", kText, {{"database.include", "i.*"}, {"table.include", "prod"}}), "");
  EXPECT_EQ(decode("canal-json", kText, {{"database.include", "i.*"}, {"table.include", "prod.*"}}),
            "+I[1, null, null]\n");
  EXPECT_EQ(decode("canal-json", kText, {{"table.include", "items|products"}}),
            "+I[1, null, null]\n+I[2, null, null]\n+I[3, null, null]\n");
  EXPECT_NE(decode("canal-json", kText, {{"table.include", "("}}).find("is not a regular expression"),
            std::string::npos);
}

TEST(Canal, WhatIsNoMessageIsRefusedByName) {
  const auto message = [](std::string_view text) { return complaint("canal-json", text); };
  EXPECT_EQ(message(R"({"data":[{"id":1}],"type":"TRUNCATE"})"), "Unknown \"type\" value \"TRUNCATE\"");
  EXPECT_EQ(message(R"({"data":[{"id":1}]})"), "it has no \"type\"");
  EXPECT_EQ(message(R"({"data":null,"type":"INSERT"})"),
            "its \"data\" is not an array of objects [{…}], as INSERT demands");
  EXPECT_EQ(message(R"({"data":[{"id":1},null],"type":"DELETE"})"),
            "its \"data\" is not an array of objects [{…}], as DELETE demands");
  EXPECT_EQ(message(R"({"data":[{"id":1}],"type":"UPDATE"})"),
            "its \"old\" is not an array of objects [{…}], as UPDATE demands");
  EXPECT_EQ(message(R"({"data":[{"id":1},{"id":2}],"old":[{"id":0}],"type":"UPDATE"})"),
            "its \"data\" has 2 rows, and its \"old\" 1");
  EXPECT_EQ(message(R"({"data":[{"id":"zz"}],"type":"INSERT"})"), "column 'id': 'zz' is not an INT");
  EXPECT_EQ(message(R"({"data":[{"id":1}],"old":[{"id":"zz"}],"type":"UPDATE"})"), "column 'id': 'zz' is not an INT");
  EXPECT_EQ(message("5"), "it is not an object {…}");
  EXPECT_EQ(message(R"({"data":[],"type":"INSERT"})"), "");
  // As Flink: the value is NULL, a message without its rows is left out.
  const OptionMap ignore = {{"ignore-parse-errors", "true"}};
  EXPECT_EQ(decode("canal-json", R"({"data":[{"id":"zz"}],"type":"INSERT"})", ignore), "+I[null, null, null]\n");
  EXPECT_EQ(decode("canal-json", R"({"data":null,"type":"INSERT"})", ignore), "");
}

TEST(Canal, Metadata) {
  TextTable table{"canal-json", "id INT"};
  table.metadata = {"database", "table", "sql-type", "pk-names", "ingestion-timestamp", "event-timestamp"};
  const DecodedText out = decode_text(
      table,
      R"({"data":[{"id":1}],"database":"inv","table":"p","es":1589373560000,"ts":1589373560798,"pkNames":["id"],"sqlType":{"id":4},"type":"INSERT"}
{"data":[{"id":2}],"type":"DELETE"}
)");
  EXPECT_EQ(out.text(),
            "+I[1, inv, p, {id=4}, [id], 2020-05-13T12:39:20.798Z, 2020-05-13T12:39:20Z]\n"
            "-D[2, null, null, null, null, null, null]\n");
}

// As Flink.
TEST(Maxwell, TypesBecomeKinds) {
  constexpr std::string_view kText =
      R"({"database":"test","table":"product","type":"insert","ts":1596684883,"data":{"id":101,"name":"scooter","w":3.14}}
{"type":"update","data":{"id":101,"name":"s2","w":5.17},"old":{"w":3.14,"name":"scooter"}}
{"type":"update","data":{"id":102,"name":"s2","w":5.17},"old":{"name":null}}
{"type":"delete","data":{"id":101,"name":"s2","w":5.17}}

{"type":"insert","data":{"id":1}}
)";
  EXPECT_EQ(decode("maxwell-json", kText),
            "+I[101, scooter, 3.140]\n-U[101, scooter, 3.140]\n+U[101, s2, 5.170]\n-U[102, null, 5.170]\n"
            "+U[102, s2, 5.170]\n-D[101, s2, 5.170]\n+I[1, null, null]\n");
}

TEST(Maxwell, WhatIsNoMessageIsRefusedByName) {
  const auto message = [](std::string_view text) { return complaint("maxwell-json", text); };
  EXPECT_EQ(message(R"({"data":{"id":1},"type":"bootstrap-insert"})"), "Unknown \"type\" value \"bootstrap-insert\"");
  EXPECT_EQ(message(R"({"data":{"id":1}})"), "it has no \"type\"");
  EXPECT_EQ(message(R"({"data":null,"type":"insert"})"), "its \"data\" is not an object {…}, as insert demands");
  EXPECT_EQ(message(R"({"data":{"id":1},"type":"update"})"), "its \"old\" is not an object {…}, as update demands");
}

TEST(Maxwell, Metadata) {
  TextTable table{"maxwell-json", "id INT"};
  table.metadata = {"database", "table", "primary-key-columns", "ingestion-timestamp"};
  const DecodedText out = decode_text(table, R"({"database":"d","table":"t","type":"insert","ts":1596684883,)"
                                             R"("primary_key_columns":["id"],"data":{"id":1}})");
  EXPECT_EQ(out.text(), "+I[1, d, t, [id], 2020-08-06T03:34:43Z]\n");
}

// As Flink.
TEST(CanalAndMaxwell, RowsWithKindsBecomeMessages) {
  const std::string rows = "+I | 1 | a | 1.500\n-U | 1 | a | 1.500\n+U | 1 | b | NULL\n-D | 1 | b | NULL";
  EXPECT_EQ(encode_text({"canal-json", std::string(kSchema)}, rows),
            R"({"data":[{"id":1,"name":"a","w":1.5}],"type":"INSERT"}
{"data":[{"id":1,"name":"a","w":1.5}],"type":"DELETE"}
{"data":[{"id":1,"name":"b","w":null}],"type":"INSERT"}
{"data":[{"id":1,"name":"b","w":null}],"type":"DELETE"}
)");
  const std::string text = encode_text({"maxwell-json", std::string(kSchema)}, rows);
  EXPECT_EQ(text,
            R"({"data":{"id":1,"name":"a","w":1.5},"type":"insert"}
{"data":{"id":1,"name":"a","w":1.5},"type":"delete"}
{"data":{"id":1,"name":"b","w":null},"type":"insert"}
{"data":{"id":1,"name":"b","w":null},"type":"delete"}
)");
  // What is read back makes the same table.
  EXPECT_EQ(decode("maxwell-json", text), "+I[1, a, 1.500]\n-D[1, a, 1.500]\n+I[1, b, null]\n-D[1, b, null]\n");
}

}  // namespace
}  // namespace tidemill
