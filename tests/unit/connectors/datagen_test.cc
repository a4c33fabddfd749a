#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <sstream>

#include "tests/unit/connectors/tables.h"

namespace tidemill {
namespace {

class DatagenTest : public testing::Test {
 protected:
  static TestTable table(const std::string& schema, OptionMap more = {}) {
    more.insert({{"connector", "datagen"}, {"seed", "42"}, {"rows-per-second", "1000000000"}});
    return {schema, std::move(more)};
  }
  std::string rows(const TestTable& of, int32_t max_rows = 1024) {
    const auto source = make_source(of);
    const auto reader = source->make_reader(world_.get(), {});
    reader->add_splits(source->make_enumerator(world_.get(), "")->discover());
    std::string text = read(*reader, 1, 1);
    world_.clock().advance_to(world_.clock().now() + 1000);
    return text + read(*reader, max_rows);
  }
  std::string error(const std::string& schema, OptionMap more) {
    return user_error([&] { make_source(table(schema, std::move(more))); });
  }

  SimulatedEnvironment world_{1};
};

TEST_F(DatagenTest, CountsSequencesToTheShortestEnd) {
  const TestTable of = table("a INT, b STRING, c DECIMAL(5, 2), d DOUBLE, e TINYINT", {{"fields.a.kind", "sequence"},
                                                                                       {"fields.a.start", "1"},
                                                                                       {"fields.a.end", "5"},
                                                                                       {"fields.b.kind", "sequence"},
                                                                                       {"fields.b.start", "-1"},
                                                                                       {"fields.b.end", "1"},
                                                                                       {"fields.c.kind", "sequence"},
                                                                                       {"fields.c.start", "1"},
                                                                                       {"fields.c.end", "100"},
                                                                                       {"fields.d.kind", "sequence"},
                                                                                       {"fields.d.start", "1"},
                                                                                       {"fields.d.end", "100"},
                                                                                       {"fields.e.min", "7"},
                                                                                       {"fields.e.max", "7"}});
  EXPECT_TRUE(make_source(of)->bounded());
  EXPECT_EQ(rows(of),
            "datagen:0 +I[1, -1, 1.00, 1.0, 7]\ndatagen:1 +I[2, 0, 2.00, 2.0, 7]\ndatagen:2 +I[3, 1, 3.00, 3.0, 7]\n");
  TestTable projected = of;
  projected.columns = {{"a"}};
  EXPECT_EQ(rows(projected), "datagen:0 +I[1]\ndatagen:1 +I[2]\ndatagen:2 +I[3]\n")
      << "a sequence that is not read still ends the table";
}

TEST_F(DatagenTest, MakesTheSameRowsAtAnyBatchSizeAndAfterARestore) {
  const TestTable of =
      table("a INT, b BIGINT, c DOUBLE, d STRING, e BOOLEAN, f DECIMAL(30, 3), g BYTES, h FLOAT, i CHAR(5), j SMALLINT",
            {{"number-of-rows", "50"},
             {"fields.a.null-rate", "0.3"},
             {"fields.d.var-len", "true"},
             {"fields.d.length", "9"}});
  const std::string whole = rows(of);
  EXPECT_EQ(std::count(whole.begin(), whole.end(), '\n'), 50);
  EXPECT_EQ(rows(of, 7), whole);
  const auto source = make_source(of);
  const auto reader = source->make_reader(world_.get(), {});
  reader->add_splits(source->make_enumerator(world_.get(), "")->discover());
  const std::string first = read(*reader, 1, 1);
  const auto resumed = source->make_reader(world_.get(), {});
  resumed->add_splits(reader->positions());
  std::string rest = read(*resumed, 1, 1);
  world_.clock().advance_to(world_.clock().now() + 1000);
  rest += read(*resumed, 20);
  EXPECT_EQ(first + rest, whole);
  TestTable projected = of;
  projected.columns = {{"b"}};
  const std::string column = rows(projected);
  const std::string value = column.substr(column.find('['), column.find(']') - column.find('['));
  EXPECT_NE(whole.find(value.substr(1)), std::string::npos) << "values do not depend on the columns asked for";
}

TEST_F(DatagenTest, MakesNestedValuesOfTheirParts) {
  const TestTable of =
      table("a ARRAY<INT>, m MAP<STRING, ARRAY<TINYINT>>, s MULTISET<INT>, r ROW<x INT, y ROW<z STRING>>, n ROW<x INT>",
            {{"number-of-rows", "50"},
             {"fields.a.length", "2"},
             {"fields.a.element.min", "1"},
             {"fields.a.element.max", "3"},
             {"fields.a.element.null-rate", "0.3"},
             {"fields.m.key.length", "1"},
             {"fields.m.value.length", "1"},
             {"fields.m.value.element.min", "7"},
             {"fields.m.value.element.max", "7"},
             {"fields.s.element.min", "5"},
             {"fields.s.element.max", "5"},
             {"fields.r.x.min", "9"},
             {"fields.r.x.max", "9"},
             {"fields.r.y.z.length", "2"},
             {"fields.n.null-rate", "1"}});
  const std::string whole = rows(of);
  const std::regex row(
      R"(datagen:\d+ \+I\[\[([1-3]|null), ([1-3]|null)\], \{[0-9a-f]=\[7\](, [0-9a-f]=\[7\]){0,2}\}, \{5=(10|[1-9])\}, )"
      R"(\+I\[9, \+I\[[0-9a-f]{2}\]\], null\])");
  std::istringstream lines(whole);
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) EXPECT_TRUE(std::regex_match(line, row)) << line;
  EXPECT_EQ(count, 50);
  EXPECT_NE(whole.find("[[null"), std::string::npos);
  EXPECT_EQ(rows(of, 7), whole);
  TestTable projected = of;
  projected.columns = {{"r"}};
  const std::string column = rows(projected);
  EXPECT_NE(whole.find(column.substr(column.find("+I[9"), 12)), std::string::npos);
}

TEST_F(DatagenTest, MakesLongCollectionsBatchByBatch) {
  const TestTable of = table("a ARRAY<ARRAY<BOOLEAN>>",
                             {{"number-of-rows", "3"}, {"fields.a.length", "300"}, {"fields.a.element.length", "200"}});
  const std::string whole = rows(of);
  EXPECT_EQ(std::count(whole.begin(), whole.end(), ','), 3 * (300 * 200 - 1));
  EXPECT_EQ(rows(of, 1), whole);
}

TEST_F(DatagenTest, KeepsBoundsAndCoversThem) {
  const std::string text = rows(table("a INT, b DOUBLE", {{"number-of-rows", "1000"},
                                                          {"fields.a.min", "-2"},
                                                          {"fields.a.max", "2"},
                                                          {"fields.b.min", "0"},
                                                          {"fields.b.max", "1"}}));
  std::set<std::string> values;
  for (size_t at = text.find("+I["); at != std::string::npos; at = text.find("+I[", at + 1)) {
    const size_t comma = text.find(',', at);
    values.insert(text.substr(at + 3, comma - at - 3));
    const double b = std::stod(text.substr(comma + 2));
    EXPECT_GE(b, 0);
    EXPECT_LT(b, 1);
  }
  EXPECT_EQ(values, (std::set<std::string>{"-2", "-1", "0", "1", "2"}));
}

TEST_F(DatagenTest, MakesTimesFromTheClock) {
  EXPECT_EQ(
      rows(table("d DATE, t TIME(0), ts TIMESTAMP(3), l TIMESTAMP_LTZ(3), n TIMESTAMP(9)", {{"number-of-rows", "1"}})),
      "datagen:0 +I[2024-01-01, 00:00, 2024-01-01T00:00, 2024-01-01T00:00:00Z, 2024-01-01T00:00]\n");
  const std::string past = rows(table("ts TIMESTAMP(3)", {{"number-of-rows", "20"}, {"fields.ts.max-past", "1 d"}}));
  EXPECT_NE(past.find("2023-12-31T"), std::string::npos) << past;
}

TEST_F(DatagenTest, KeepsThePace) {
  TestTable of = table("a INT", {{"rows-per-second", "100"}});
  EXPECT_FALSE(make_source(of)->bounded());
  const auto source = make_source(of);
  const auto reader = source->make_reader(world_.get(), {});
  reader->add_splits(source->make_enumerator(world_.get(), "")->discover());
  const auto count = [&] {
    const std::string text = read(*reader);
    return std::count(text.begin(), text.end(), '\n');
  };
  EXPECT_EQ(count(), 1);
  const ReadResult waiting = reader->poll(10, "");
  EXPECT_EQ(waiting.next, ReadResult::Next::kWait);
  EXPECT_TRUE(waiting.caught_up);
  EXPECT_EQ(waiting.wake_at, world_.clock().now() + 20);
  world_.clock().advance_to(world_.clock().now() + 1000);
  EXPECT_EQ(count(), 100);
  world_.clock().advance_to(world_.clock().now() + 60'000);
  EXPECT_EQ(count(), 6000);
}

TEST_F(DatagenTest, OneSplitIsGivenOnceWithARandomSeed) {
  const auto source = make_source({"a INT", {{"connector", "datagen"}}});
  const auto enumerator = source->make_enumerator(world_.get(), "");
  EXPECT_EQ(enumerator->snapshot(), "");
  EXPECT_EQ(enumerator->discover().size(), 1u);
  EXPECT_TRUE(enumerator->discover().empty());
  EXPECT_TRUE(source->make_enumerator(world_.get(), enumerator->snapshot())->discover().empty());
  const auto other = source->make_enumerator(world_.get(), "")->discover();
  const auto another = source->make_enumerator(world_.get(), "")->discover();
  EXPECT_NE(other.front().position, another.front().position);
}

TEST_F(DatagenTest, SaysWhichOptionsDoNotFit) {
  EXPECT_EQ(error("a INT", {{"fields.b.min", "1"}}),
            "Unknown option 'fields.b.min' of connector 'datagen' for these columns | Did you mean 'fields.a.min'? "
            "Options: connector, fields.a.kind, fields.a.max, fields.a.min, fields.a.null-rate, number-of-rows, "
            "rows-per-second, scan.parallelism, seed.");
  EXPECT_EQ(error("a INT", {{"fields.a.kind", "sequence"}, {"fields.a.start", "1"}}),
            "Option 'fields.a.end' is required by connector 'datagen' for these columns | Add 'fields.a.end' = '…' to "
            "WITH (…). Last value; the table ends after it.");
  EXPECT_EQ(error("a INT", {{"fields.a.min", "5"}, {"fields.a.max", "1"}}),
            "Option 'fields.a.min' is above 'fields.a.max' | The smallest value comes first.");
  EXPECT_EQ(error("a TINYINT", {{"fields.a.max", "300"}}),
            "Bounds of column 'a' do not fit TINYINT | It holds -128 to 127.");
  EXPECT_EQ(error("a TINYINT", {{"fields.a.kind", "sequence"}, {"fields.a.start", "1"}, {"fields.a.end", "300"}}),
            "The sequence of column 'a', 1 to 300, does not fit TINYINT | Choose other bounds, or a wider type.");
  EXPECT_EQ(error("a DATE", {{"fields.a.kind", "sequence"}, {"fields.a.start", "1"}, {"fields.a.end", "3"}}),
            "Column 'a': a sequence gives numbers, not DATE | Take out 'fields.a.kind', or declare the column BIGINT.");
  EXPECT_EQ(error("a VARCHAR(5)", {{"fields.a.length", "6"}}),
            "Option 'fields.a.length' = 6 does not fit VARCHAR(5) | Choose 0 to 5.");
  EXPECT_EQ(error("a INT NOT NULL", {{"fields.a.null-rate", "0.5"}}),
            "Option 'fields.a.null-rate' needs a column that may be NULL | Declare column 'a' without NOT NULL.");
  EXPECT_EQ(error("a ARRAY<INT>", {{"fields.a.length", "-1"}}),
            "Option 'fields.a.length' = -1 is out of range | Choose 0 to 100000.");
  EXPECT_EQ(error("a ARRAY<INT>", {{"fields.a.element.min", "2"}, {"fields.a.element.max", "1"}}),
            "Option 'fields.a.element.min' is above 'fields.a.element.max' | The smallest value comes first.");
  EXPECT_EQ(error("a INT", {{"rows-per-second", "0"}}),
            "Option 'rows-per-second' must be above 0 | Set it to '10', for example.");
}

}  // namespace
}  // namespace tidemill
