#include "results/result_writer.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "results/display_width.h"

namespace tidemill {
namespace {

const SchemaPtr kSchema = make_schema({{"name", Type::string()}, {"n", Type::big_int()}, {"ok", Type::boolean()}});

std::string written(ResultFormat format, bool changes, bool append_only, const std::vector<ResultChange>& input) {
  std::string out;
  const auto writer =
      make_result_writer(format, {kSchema, changes}, append_only, [&](std::string_view text) { out += text; });
  for (const ResultChange& change : input) writer->add(change);
  writer->finish();
  return out;
}

const std::vector<ResultChange> kUpdating = {{RowKind::kInsert, {"a\"b", "1", "TRUE"}},
                                             {RowKind::kUpdateBefore, {"a\"b", "1", "TRUE"}},
                                             {RowKind::kUpdateAfter, {"a\"b", "2", std::nullopt}}};

TEST(ResultWriter, ShowsFinalRows) {
  EXPECT_EQ(written(ResultFormat::kJson, false, false, kUpdating), "{\"name\":\"a\\\"b\",\"n\":2,\"ok\":null}\n");
  EXPECT_EQ(written(ResultFormat::kCsv, false, false, kUpdating), "name,n,ok\n\"a\"\"b\",2,\n");
  EXPECT_EQ(written(ResultFormat::kTable, false, false, kUpdating),
            "+------+---+------+\n"
            "| name | n | ok   |\n"
            "+------+---+------+\n"
            "| a\"b  | 2 | NULL |\n"
            "+------+---+------+\n"
            "1 row\n");
}

TEST(ResultWriter, ShowsChangesWithTheirKind) {
  EXPECT_EQ(written(ResultFormat::kJson, true, false, {kUpdating[1]}),
            "{\"op\":\"-U\",\"name\":\"a\\\"b\",\"n\":1,\"ok\":true}\n");
  EXPECT_EQ(written(ResultFormat::kCsv, true, false, {kUpdating[2]}), "op,name,n,ok\n+U,\"a\"\"b\",2,\n");
  const std::string changelog = written(ResultFormat::kTable, true, false, kUpdating);
  EXPECT_NE(changelog.find("| -U | a\"b "), std::string::npos) << changelog;
  EXPECT_NE(changelog.find("Received a total of 3 rows\n"), std::string::npos) << changelog;
}

TEST(ResultWriter, NestedCellsStandBareInJson) {
  const SchemaPtr schema = make_schema({{"a", Type::array(Type::integer())}, {"s", Type::string()}});
  const auto text = [&](ResultFormat format) {
    std::string out;
    const auto writer = make_result_writer(format, {schema, false}, true, [&](std::string_view line) { out += line; });
    writer->add({RowKind::kInsert, {"[1]", "[1]"}});
    writer->finish();
    return out;
  };
  EXPECT_EQ(text(ResultFormat::kJson), "{\"a\":[1],\"s\":\"[1]\"}\n");
  EXPECT_EQ(text(ResultFormat::kCsv), "a,s\n[1],[1]\n");
}

TEST(ResultWriter, EscapesWhatWouldBreakTheFrame) {
  const std::string out = written(ResultFormat::kTable, false, true, {{RowKind::kInsert, {"two\nlines", "1", "TRUE"}}});
  EXPECT_NE(out.find("two\\nlines"), std::string::npos);
}

TEST(ResultWriter, NamesTheNearestFormat) {
  EXPECT_EQ(parse_result_format("csv"), ResultFormat::kCsv);
  try {
    parse_result_format("jsn");
    FAIL();
  } catch (const UserError& error) {
    EXPECT_EQ(error.hint(), "Did you mean 'json'?");
  }
}

TEST(DisplayWidth, CountsTerminalColumns) {
  EXPECT_EQ(display_width("abc"), 3);
  EXPECT_EQ(display_width("日本"), 4);
  EXPECT_EQ(display_width("é"), 1);
  EXPECT_EQ(display_width("e\xcc\x81"), 1);
  EXPECT_EQ(display_width("\xff\xfe"), 2);
}

}  // namespace
}  // namespace tidemill
