#include <gtest/gtest.h>

#include <algorithm>

#include "data/pretty.h"
#include "tests/unit/connectors/tables.h"

namespace tidemill {
namespace {

constexpr const char* kAllColumns =
    "event_type INT, person ROW<id BIGINT, name STRING, emailAddress STRING, creditCard STRING, city STRING, state "
    "STRING, dateTime TIMESTAMP(3), extra STRING>, auction ROW<id BIGINT, itemName STRING, description STRING, "
    "initialBid BIGINT, reserve BIGINT, dateTime TIMESTAMP(3), expires TIMESTAMP(3), seller BIGINT, category BIGINT, "
    "extra STRING>, bid ROW<auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, dateTime "
    "TIMESTAMP(3), extra STRING>";

class NexmarkTest : public testing::Test {
 protected:
  static TestTable table(const std::string& schema, OptionMap more = {}) {
    more.insert({{"connector", "nexmark"}});
    return {schema, std::move(more)};
  }
  std::string rows(const TestTable& of, int32_t max_rows = 1024) { return read_table(of, world_.get(), max_rows); }
  static std::string error(const std::string& schema, OptionMap more = {}) {
    return user_error([&] { make_source(table(schema, std::move(more))); });
  }

  SimulatedEnvironment world_{1};
};

TEST_F(NexmarkTest, MakesTheSameEventsAtAnyBatchSizeAndAfterARestore) {
  const TestTable of = table(kAllColumns, {{"events.num", "120"}});
  EXPECT_TRUE(make_source(of)->bounded());
  EXPECT_FALSE(make_source(table(kAllColumns))->bounded());
  const std::string whole = rows(of);
  EXPECT_EQ(std::count(whole.begin(), whole.end(), '\n'), 120);
  EXPECT_EQ(rows(of, 7), whole);
  const auto source = make_source(of);
  const auto reader = source->make_reader(world_.get(), {});
  reader->add_splits(source->make_enumerator(world_.get(), "")->discover());
  const std::string first = read(*reader, 11, 5);
  const auto resumed = source->make_reader(world_.get(), {});
  resumed->add_splits(reader->positions());
  EXPECT_EQ(first + read(*resumed, 20), whole);
  EXPECT_TRUE(source->make_enumerator(world_.get(), "given")->discover().empty());
  EXPECT_NE(rows(table(kAllColumns, {{"events.num", "120"}, {"seed", "1"}})), whole);
}

TEST_F(NexmarkTest, HasRoundsOfPeopleAuctionsAndBids) {
  const auto of = [&](OptionMap options) {
    std::string kinds;
    const std::string text = rows(table("event_type INT", std::move(options)));
    for (size_t at = text.find('['); at != std::string::npos; at = text.find('[', at + 1)) kinds += text[at + 1];
    return kinds;
  };
  EXPECT_EQ(of({{"events.num", "53"}}), "0111" + std::string(46, '2') + "011");
  EXPECT_EQ(of({{"events.num", "8"}, {"person.proportion", "2"}, {"auction.proportion", "1"}, {"bid.proportion", "3"}}),
            "00122200");
}

TEST_F(NexmarkTest, NumbersPeopleAndAuctionsAndRaisesTheirTimes) {
  EXPECT_EQ(
      rows(table("person ROW<id BIGINT>, auction ROW<id BIGINT, dateTime TIMESTAMP(3)>", {{"events.num", "6"},
                                                                                          {"first-event.rate", "4"},
                                                                                          {"person.proportion", "1"},
                                                                                          {"auction.proportion", "1"},
                                                                                          {"bid.proportion", "1"}})),
      "nexmark:0 +I[+I[1000], null]\n"
      "nexmark:1 +I[null, +I[1000, 2015-07-15T00:00:00.250]]\n"
      "nexmark:2 +I[null, null]\n"
      "nexmark:3 +I[+I[1001], null]\n"
      "nexmark:4 +I[null, +I[1001, 2015-07-15T00:00:01]]\n"
      "nexmark:5 +I[null, null]\n");
}

TEST_F(NexmarkTest, ValuesDoNotDependOnTheFieldsAskedFor) {
  const std::string whole = rows(table("bid ROW<price BIGINT, extra STRING>", {{"events.num", "5"}}));
  const std::string price = rows(table("bid ROW<price BIGINT>", {{"events.num", "5"}}));
  const size_t at = price.find("+I[+I[") + 6;
  const std::string value = price.substr(at, price.find(']', at) - at);
  EXPECT_NE(whole.find("+I[" + value + ", "), std::string::npos) << price << whole;
}

TEST_F(NexmarkTest, GivesFieldsOfRowsAsColumns) {
  const OptionMap options = {{"events.num", "60"}};
  TableDescription fields = describe(table("event_type INT, auction ROW<id BIGINT, extra STRING>", options));
  fields.physical =
      parse_schema("event_type INT, auction ROW<id BIGINT, extra STRING>, `auction.extra` STRING, `auction.id` BIGINT");
  fields.row_fields = {{1, {1}}, {1, {0}}};
  fields.projection = {0, 2, 3};
  const auto source = test_connectors().of_table(fields.options).make_source(fields, test_formats());
  EXPECT_TRUE(source->reads_row_fields());
  const auto reader = source->make_reader(world_.get(), {});
  reader->add_splits(source->make_enumerator(world_.get(), "")->discover());
  const std::string whole = rows(table("event_type INT, auction ROW<extra STRING, id BIGINT>", options));
  std::string expected;  // "[1, +I[words, 1000]]" is "[1, words, 1000]", "[2, null]" is "[2, null, null]"
  for (size_t at = 0, end = 0; end != std::string::npos && at < whole.size(); at = end + 1) {
    end = whole.find('\n', at);
    std::string line = whole.substr(at, end - at);
    const size_t nested = line.find("+I[", line.find("+I[") + 1);
    if (nested == std::string::npos)
      line.replace(line.find("null"), 4, "null, null");
    else
      line = line.substr(0, nested) + line.substr(nested + 3, line.size() - nested - 4);
    expected += line + '\n';
  }
  EXPECT_EQ(read(*reader), expected);
}

TEST_F(NexmarkTest, KeepsThePaceWhereOneIsAskedFor) {
  const auto source = make_source(table("event_type INT", {{"rate.limited", "true"}, {"first-event.rate", "1000"}}));
  const auto reader = source->make_reader(world_.get(), {});
  reader->add_splits(source->make_enumerator(world_.get(), "")->discover());
  const auto given = [&] {
    const std::string text = read(*reader);
    return std::count(text.begin(), text.end(), '\n');
  };
  EXPECT_EQ(given(), 1);
  EXPECT_EQ(given(), 0);
  world_.clock().advance_to(world_.clock().now() + 10);
  EXPECT_EQ(given(), 10);
}

TEST_F(NexmarkTest, KeepsAPaceOfTheWallClockWhateverTheEventTimes) {
  const auto source = make_source(table("event_type INT", {{"nexmark.rate", "2000"}, {"first-event.rate", "10"}}));
  const auto reader = source->make_reader(world_.get(), {});
  reader->add_splits(source->make_enumerator(world_.get(), "")->discover());
  EXPECT_NE(read(*reader), "");
  world_.clock().advance_to(world_.clock().now() + 10);
  const std::string text = read(*reader);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 20);
  EXPECT_NE(source->description().find("rate=2000"), std::string::npos);
}

TEST_F(NexmarkTest, GivesTheSameEventsPreloaded) {
  constexpr int64_t kEvents = kBatchRowsTarget * 2 + 77;
  const OptionMap options = {{"nexmark.events", std::to_string(kEvents)}};
  OptionMap preloading = options;
  preloading["nexmark.preload"] = "true";
  const TestTable of = table(kAllColumns, preloading);
  const std::string whole = rows(table(kAllColumns, options));
  EXPECT_EQ(std::count(whole.begin(), whole.end(), '\n'), kEvents);
  for (const int32_t max_rows : {1, 7, 1000, kBatchRowsTarget, kBatchRowsMax}) EXPECT_EQ(rows(of, max_rows), whole);
}

TEST_F(NexmarkTest, GoesOnFromEveryPositionPreloaded) {
  constexpr int32_t kEvents = 130;
  const std::string schema = "event_type INT, bid ROW<auction BIGINT, price BIGINT>";
  const std::string events = std::to_string(kEvents);
  const std::string whole = rows(table(schema, {{"nexmark.events", events}}));
  const auto source = make_source(table(schema, {{"nexmark.events", events}, {"nexmark.preload", "true"}}));
  for (const int32_t max_rows : {1, 3, 64}) {
    for (int32_t position = 0; position <= kEvents; ++position) {
      const auto reader = source->make_reader(world_.get(), {});
      reader->add_splits({{"nexmark", std::to_string(position)}});
      ASSERT_EQ(reader->positions(), (std::vector<Split>{{"nexmark", std::to_string(position)}}));
      size_t start = 0;
      for (int32_t row = 0; row < position; ++row) start = whole.find('\n', start) + 1;
      std::string text = read(*reader, max_rows, 1);
      const std::vector<Split> between = reader->positions();
      if (!between.empty()) {
        EXPECT_EQ(between.front().position, std::to_string(std::min(position + max_rows, kEvents))) << position;
      }
      text += read(*reader, max_rows);
      ASSERT_EQ(text, whole.substr(start)) << position << " in batches of " << max_rows;
      EXPECT_TRUE(reader->positions().empty());
    }
  }
}

TEST_F(NexmarkTest, PreloadsWhenItIsGivenItsSplitAndCountsThatMemory) {
  const auto held = [&](const std::string& events, const char* preload) {
    const auto source =
        make_source(table("bid ROW<extra STRING>", {{"nexmark.events", events}, {"nexmark.preload", preload}}));
    const auto reader = source->make_reader(world_.get(), {});
    EXPECT_LT(reader->memory_bytes(), 1000u);
    reader->add_splits(source->make_enumerator(world_.get(), "")->discover());
    return reader->memory_bytes();
  };
  EXPECT_LT(held("5000", "false"), 1000u);
  const size_t few = held("5000", "true");
  EXPECT_GT(few, 5000u * 46 / 50 * 60);  // a bid has some 68 bytes of filling
  EXPECT_GT(held("10000", "true"), few * 3 / 2);
}

TEST_F(NexmarkTest, HasTwoNamesForTheNumberOfEvents) {
  EXPECT_EQ(rows(table("event_type INT", {{"nexmark.events", "5"}})),
            rows(table("event_type INT", {{"events.num", "5"}})));
  EXPECT_EQ(make_source(table("event_type INT", {{"nexmark.events", "5"}, {"events.num", "5"}}))->num_rows(), 5);
  EXPECT_FALSE(make_source(table("event_type INT", {{"nexmark.events", "0"}}))->bounded());
}

TEST_F(NexmarkTest, RefusesOptionsThatContradict) {
  EXPECT_EQ(error("event_type INT", {{"nexmark.events", "5"}, {"events.num", "6"}}),
            "Options 'nexmark.events' and 'events.num' are two names for one number, but say 5 and 6 | Leave one of "
            "them out.");
  EXPECT_EQ(error("event_type INT", {{"nexmark.events", "5"}, {"events.num", "0"}}).substr(0, 24),
            "Options 'nexmark.events'");
  EXPECT_EQ(error("event_type INT", {{"nexmark.rate", "5"}, {"rate.limited", "true"}, {"first-event.rate", "6"}}),
            "Option 'nexmark.rate' = 5 is another pace than that of 'rate.limited' or 'max-emit-speed', which is "
            "'first-event.rate' = 6 | Leave 'rate.limited' and 'max-emit-speed' out.");
  EXPECT_NE(error("event_type INT", {{"nexmark.rate", "0"}, {"max-emit-speed", "false"}}).find("another pace"),
            std::string::npos);
  EXPECT_EQ(error("event_type INT", {{"nexmark.rate", "6"}, {"rate.limited", "true"}, {"first-event.rate", "6"}}),
            "no error");
  EXPECT_EQ(error("event_type INT", {{"nexmark.preload", "true"}}),
            "Option 'nexmark.preload' makes all events in advance, but they never end | Set 'nexmark.events' to how "
            "many there are.");
  EXPECT_NE(error("event_type INT", {{"nexmark.events", "-1"}}).find("'nexmark.events' must not be below 0"),
            std::string::npos);
  EXPECT_NE(error("event_type INT", {{"nexmark.rate", "-1"}}).find("'nexmark.rate' must not be below 0"),
            std::string::npos);
}

TEST_F(NexmarkTest, RefusesWhatItDoesNotHave) {
  EXPECT_EQ(error("x INT").substr(0, 37), "Connector 'nexmark' has no column 'x'");
  EXPECT_EQ(
      error("event_type BIGINT"),
      "Column 'event_type' is an INT in Nexmark, not BIGINT | Declare it INT: 0 is a person, 1 an auction, 2 a bid.");
  EXPECT_NE(error("bid INT").find("gives a ROW, not INT | Declare it ROW<auction BIGINT, "), std::string::npos);
  EXPECT_NE(error("bid ROW<cost BIGINT>").find("has no field 'cost' of type BIGINT"), std::string::npos);
  EXPECT_NE(error("bid ROW<price INT>").find("has no field 'price' of type INT"), std::string::npos);
  EXPECT_NE(error("event_type INT", {{"bid.proportion", "0"}}).find("'bid.proportion' must be above 0"),
            std::string::npos);
  EXPECT_NE(error("event_type INT", {{"events.num", "-1"}}).find("'events.num' must not be below 0"),
            std::string::npos);
}

}  // namespace
}  // namespace tidemill
