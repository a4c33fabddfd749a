#include <gtest/gtest.h>

#include <algorithm>

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
