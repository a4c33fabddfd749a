#include "data/pretty.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace tidemill {
namespace {

std::string again(const std::string& schema, const std::string& row) {
  return row_to_pretty(parse_batch(parse_schema(schema), row), 0);
}

TEST(Pretty, ReadsBackEveryType) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"BOOLEAN", "TRUE"},
      {"TINYINT", "-128"},
      {"INT", "2147483647"},
      {"BIGINT", "-9223372036854775808"},
      {"FLOAT", "1.5"},
      {"DOUBLE", "NaN"},
      {"DOUBLE", "-Infinity"},
      {"DECIMAL(10, 2)", "-0.05"},
      {"DECIMAL(38, 0)", "99999999999999999999999999999999999999"},
      {"STRING", "a b"},
      {"STRING", "'it''s | quoted'"},
      {"STRING", "''"},
      {"STRING", "'NULL'"},
      {"STRING", "NULL"},
      {"BYTES", "x'00ff'"},
      {"DATE", "1969-12-31"},
      {"TIME(3)", "23:59:59.5"},
      {"TIMESTAMP(3)", "1969-12-31 23:59:59.999"},
      {"TIMESTAMP(6)", "2024-02-29 00:00:00.000001"},
      {"TIMESTAMP_LTZ(9)", "2024-02-29 12:00:00.123456789"},
      {"INTERVAL SECOND", "1500"},
  };
  for (const auto& [type, cell] : cases) EXPECT_EQ(again("x " + type, "-U | " + cell), "-U | " + cell) << type;
}

TEST(Pretty, TakesKindsWithASpaceAndMillisecondsForTimestamps) {
  const SchemaPtr schema = parse_schema("k STRING NOT NULL, ts TIMESTAMP(3) *ROWTIME*");
  EXPECT_FALSE(schema->field(0).type.nullable);
  EXPECT_EQ(schema->rowtime_index(), 1);
  const Batch batch = parse_batch(schema, "+ I | a | T5000\n\n b | 1970-01-01 00:00:01 \n- D | c | NULL");
  EXPECT_EQ(to_pretty(batch), "+I | a | 1970-01-01 00:00:05\n+I | b | 1970-01-01 00:00:01\n-D | c | NULL\n");
  EXPECT_TRUE(parse_batch(schema, "a | T1").append_only());
}

TEST(Pretty, NamesWhatItDoesNotUnderstand) {
  EXPECT_THROW(again("x INT", "1 | 2"), UserError);
  EXPECT_THROW(again("x INT", "one"), UserError);
  EXPECT_THROW(again("x TINYINT", "128"), UserError);
  EXPECT_THROW(again("x DATE", "2023-02-29"), UserError);
  EXPECT_THROW(again("x DECIMAL(4, 1)", "0.55"), UserError);
  EXPECT_THROW(parse_schema("x WORD"), UserError);
  EXPECT_THROW(parse_schema("x"), UserError);
}

}  // namespace
}  // namespace tidemill
