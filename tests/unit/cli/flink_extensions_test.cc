#include "builtins/flink_extensions.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/config.h"
#include "builtins/builtins.h"
#include "connectors/spi/record_errors.h"
#include "sql/parser.h"

namespace tidemill {
namespace {

bool declares(std::span<const OptionSpec> options, std::string_view name) {
  return std::ranges::find(options, name, &OptionSpec::name) != options.end();
}

bool exists(const FlinkExtension& extension) {
  ConnectorRegistry connectors;
  register_builtin_connectors(connectors);
  FormatRegistry formats;
  register_builtin_formats(formats);
  const auto is = [](const std::vector<std::string>& names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
  };
  switch (extension.kind) {
    case FlinkExtension::Kind::kConnector:
      return extension.name == "test" || is(connectors.names(), extension.name);  // each test makes its own
    case FlinkExtension::Kind::kSetting:
      return std::ranges::find(config_definitions(), extension.name, &ConfigDefinition::key) !=
             config_definitions().end();
    case FlinkExtension::Kind::kOption:
      if (extension.owner.empty()) return declares(record_error_options(), extension.name);
      if (is(connectors.names(), extension.owner))
        return declares(connectors.get(extension.owner).options(), extension.name);
      return declares(formats.get(extension.owner).options(), extension.name);
  }
  return false;
}

TEST(FlinkExtensions, AreWhatTheRegistriesKnow) {
  for (const FlinkExtension& extension : flink_extensions()) EXPECT_TRUE(exists(extension)) << extension.name;
}

// Findings as "line:column message", a line each.
std::string found(std::string_view script, bool batch = false) {
  FlinkCheck check;
  std::string text;
  for (const ast::StatementPtr& statement : parse_script(script)) {
    for (const UserError& error : check.check(*statement, batch))
      text += fmt::format("{}:{} {}\n", error.location()->line, error.location()->column, error.what());
  }
  return text;
}

TEST(FlinkExtensions, AreFoundInEveryPlaceOfAQuery) {
  EXPECT_EQ(
      found("WITH a AS (SELECT x FROM t WHERE y IN (SELECT 1 FROM 'f.csv'))\n"
            "SELECT CASE WHEN COUNT(x) FILTER (WHERE x > 1) OVER (ORDER BY ts) > 1 THEN 2 END FROM a JOIN 'g.csv' ON "
            "TRUE\n"
            "UNION ALL SELECT y FROM (SELECT * FROM TABLE(TUMBLE(TABLE 'h.csv', DESCRIPTOR(ts), INTERVAL '1' DAY)))"),
      "1:54 Not in Flink: a path in place of a table\n"
      "2:43 Not in Flink: FILTER before OVER\n"
      "2:94 Not in Flink: a path in place of a table\n"
      "3:53 Not in Flink: a path in place of a table\n");
}

TEST(FlinkExtensions, AnOrderIsFineByTimeWithALimitOrInBatchMode) {
  const std::string table =
      "CREATE TABLE t (x INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'datagen');";
  EXPECT_EQ(found(table + "SELECT * FROM t ORDER BY ts, x"), "");
  EXPECT_EQ(found(table + "SELECT * FROM t ORDER BY x LIMIT 3"), "");
  EXPECT_EQ(found("SELECT * FROM t ORDER BY x", true), "");
  const std::string finding = " Not in Flink: ORDER BY of a stream by anything but its time, upwards, without LIMIT\n";
  EXPECT_EQ(found("SELECT * FROM t ORDER BY x"), "1:26" + finding);
  EXPECT_EQ(found("SELECT * FROM t ORDER BY ts DESC"), "1:26" + finding);
}

TEST(FlinkExtensions, SomeAggregatesAreOnlyInTumblingWindows) {
  const auto window = [](std::string_view function) {
    return fmt::format(
        "SELECT k, COUNT(*), last_value(x) FROM TABLE({}(TABLE t, DESCRIPTOR(ts), INTERVAL '1' DAY, INTERVAL '2' DAY)) "
        "GROUP BY k, "
        "window_start, window_end HAVING FIRST_VALUE(x) > 1",
        function);
  };
  EXPECT_EQ(found(window("TUMBLE")), "");
  EXPECT_EQ(found(window("Hop")),
            "1:21 Not in Flink: last_value in windows of HOP, CUMULATE or SESSION\n"
            "1:156 Not in Flink: FIRST_VALUE in windows of HOP, CUMULATE or SESSION\n");
}

TEST(FlinkExtensions, ATableOfWhatIsLeftOutIsFound) {
  EXPECT_EQ(found("SELECT * FROM t$late"), "1:15 Not in Flink: a table of late rows\n");
  EXPECT_EQ(found("SELECT * FROM t$errors"), "1:15 Not in Flink: a table of records that could not be read\n");
}

TEST(FlinkExtensions, AnOptionCountsWhereItBelongs) {
  EXPECT_EQ(found("CREATE TABLE t (x INT) WITH ('connector' = 'datagen', 'seed' = '1')"),
            "1:55 Not in Flink: option 'seed', which it refuses\n");
  EXPECT_EQ(found("CREATE TABLE t (x INT) WITH ('connector' = 'other', 'seed' = '1')"), "");
}

}  // namespace
}  // namespace tidemill
