// tests/unit/connectors/kafka_source_test.cc - topics as tables, on the cluster in memory.
#include <gtest/gtest.h>

#include "connectors/kafka/kafka_position.h"
#include "tests/unit/connectors/tables.h"

namespace tidemill {
namespace {

using Entry = SimulatedKafkaLog::Entry;

class KafkaSourceTest : public testing::Test {
 protected:
  void SetUp() override { kafka().cluster().create_topic("t", 2); }

  SimulatedKafka& kafka() { return world_.kafka(); }
  void append(std::optional<std::string> value, std::optional<std::string> key = std::nullopt, int32_t partition = 0,
              EpochMillis timestamp = 0) {
    Entry entry;
    entry.null_key = !key;
    entry.key = key.value_or("");
    entry.null_value = !value;
    entry.value = value.value_or("");
    entry.timestamp = timestamp;
    kafka().cluster().append({"t", partition}, std::move(entry));
  }
  static TestTable table(const std::string& schema, OptionMap options = {}) {
    options.emplace("connector", "kafka");
    options.emplace("topic", "t");
    options.emplace("properties.bootstrap.servers", "simulated");
    if (options["connector"] == "kafka") options.emplace("scan.startup.mode", "earliest-offset");
    options.emplace("scan.bounded.mode", "latest-offset");
    if (!options.contains("format") && !options.contains("value.format")) options.emplace("format", "json");
    return {schema, options};
  }
  std::string read(const TestTable& table) { return read_table(table, world_.get()); }
  std::string error(const TestTable& table) {
    return user_error([&] { read_table(table, world_.get()); });
  }

  SimulatedEnvironment world_{1};
};

TEST_F(KafkaSourceTest, ReadsPartitionsToTheirEnd) {
  append(R"({"a": 1})");
  append(R"({"a": 2})", {}, 1);
  append(R"({"a": 3})");
  EXPECT_EQ(read(table("a INT")), "t-0:0 +I[1]\nt-0:1 +I[3]\nt-1:0 +I[2]\n");
}

TEST_F(KafkaSourceTest, BeginsAndEndsWhereTheTableSays) {
  for (int i = 0; i < 5; ++i) append(fmt::format(R"({{"a": {}}})", i), {}, 0, 1'000 * i);
  const auto rows = [&](OptionMap options) { return read(table("a INT", std::move(options))); };
  EXPECT_EQ(rows({{"scan.startup.mode", "latest-offset"}}), "");
  EXPECT_EQ(rows({{"scan.startup.mode", "timestamp"}, {"scan.startup.timestamp-millis", "2500"}}),
            "t-0:3 +I[3]\nt-0:4 +I[4]\n");
  EXPECT_EQ(
      rows({{"scan.startup.mode", "specific-offsets"}, {"scan.startup.specific-offsets", "partition:0,offset:4"}}),
      "t-0:4 +I[4]\n");
  EXPECT_EQ(rows({{"scan.bounded.mode", "timestamp"}, {"scan.bounded.timestamp-millis", "2000"}}),
            "t-0:0 +I[0]\nt-0:1 +I[1]\n");
  EXPECT_EQ(
      rows({{"scan.bounded.mode", "specific-offsets"}, {"scan.bounded.specific-offsets", "partition:0,offset:1"}}),
      "t-0:0 +I[0]\n");
  EXPECT_EQ(rows({{"scan.startup.mode", "group-offsets"}, {"properties.group.id", "g"}}).substr(0, 12),
            "t-0:0 +I[0]\n");
  kafka().cluster().set_group_offset("g", {"t", 0}, 4);
  EXPECT_EQ(rows({{"scan.startup.mode", "group-offsets"}, {"properties.group.id", "g"}}), "t-0:4 +I[4]\n");
}

TEST_F(KafkaSourceTest, KeysAreColumns) {
  append(R"({"v": 1})", R"({"id": 7})");
  append(R"({"v": 2})");  // no key
  const OptionMap options = {{"key.format", "json"},
                             {"key.fields", "k_id"},
                             {"key.fields-prefix", "k_"},
                             {"value.fields-include", "EXCEPT_KEY"}};
  EXPECT_EQ(read(table("k_id INT, v INT", options)), "t-0:0 +I[7, 1]\nt-0:1 +I[null, 2]\n");
  EXPECT_NE(error(table("k_id INT NOT NULL, v INT", options)).find("t-0 offset 1: its key is NULL"), std::string::npos);
  TestTable only_value = table("k_id INT, v INT", options);
  only_value.columns = {"v"};
  EXPECT_EQ(read(only_value), "t-0:0 +I[1]\nt-0:1 +I[2]\n");
}

TEST_F(KafkaSourceTest, ABadMessageIsGivenWhole) {
  append(R"({"v": 1})", "{");   // its key cannot be read
  append("x", R"({"id": 7})");  // its value
  append("y");                  // it has no key
  append("x", "{");             // neither
  append(std::nullopt, "{");    // there is no value
  const auto source = make_source(table("id INT, v INT", {{"record.error-policy", "dead-letter"},
                                                          {"key.format", "json"},
                                                          {"key.fields", "id"},
                                                          {"value.fields-include", "EXCEPT_KEY"}}));
  const auto reader = source->make_reader(world_.get(), {});
  reader->add_splits(source->make_enumerator(world_.get(), "")->discover());
  std::string given;
  while (true) {
    const ReadResult result = reader->poll(10, "");
    for (const RejectedRecord& record : result.rejected)
      given += fmt::format("{} {} {} {}\n", record.offset, record.format, record.raw_key.value_or("NULL"),
                           record.raw.value_or("NULL"));
    if (result.next != ReadResult::Next::kMore) break;
  }
  EXPECT_EQ(given,
            "0 JSON { {\"v\": 1}\n"
            "1 JSON {\"id\": 7} x\n"
            "2 JSON NULL y\n"
            "3 JSON { x\n"
            "4 JSON { NULL\n");
}

TEST_F(KafkaSourceTest, MetadataAreColumns) {
  Entry entry;
  entry.value = R"({"a": 1})";
  entry.timestamp = 1'500;
  entry.headers = {{"x", "1"}, {"x", "2"}};
  kafka().cluster().append({"t", 1}, entry);
  TestTable metadata = table("a INT");
  for (const char* const key :
       {"topic", "partition", "offset", "timestamp", "timestamp-type", "headers", "leader-epoch"})
    metadata.metadata.push_back({key, key});
  EXPECT_EQ(read(metadata), "t-1:0 +I[1, t, 1, 0, 1970-01-01T00:00:01.500Z, CreateTime, {x=[50]}, null]\n");
}

TEST_F(KafkaSourceTest, UpsertsKeepTheOrderOfMessages) {
  append(R"({"v": 1})", R"({"k": 1})");
  append(std::nullopt, R"({"k": 1})");
  append(R"({"v": 2})", R"({"k": 1})");
  append(std::nullopt, R"({"k": 2})");
  const TestTable upserts = table("k INT NOT NULL, v INT", {{"connector", "upsert-kafka"},
                                                            {"key.format", "json"},
                                                            {"value.format", "json"},
                                                            {"value.fields-include", "EXCEPT_KEY"}});
  TestTable keyed = upserts;
  keyed.primary_key = {0};
  EXPECT_EQ(read(keyed), "t-0:0 +U[1, 1]\nt-0:1 -D[1, null]\nt-0:2 +U[1, 2]\nt-0:3 -D[2, null]\n");
  EXPECT_NE(error(upserts).find("needs a primary key"), std::string::npos);
}

TEST_F(KafkaSourceTest, RowsOfAbortedAndOpenTransactionsAreNotRead) {
  const auto append_in = [&](const std::string& value, int64_t producer) {
    Entry entry;
    entry.value = value;
    entry.producer = producer;
    kafka().cluster().append({"t", 0}, entry);
  };
  append_in(R"({"a": 1})", 1);
  kafka().log({"t", 0}).end_transaction(1, false);
  append_in(R"({"a": 2})", 2);
  kafka().log({"t", 0}).end_transaction(2, true);
  append_in(R"({"a": 3})", 3);
  append(R"({"a": 4})");
  EXPECT_EQ(read(table("a INT")), "t-0:2 +I[2]\n");
  EXPECT_EQ(read(table("a INT", {{"properties.isolation.level", "read_uncommitted"}})),
            "t-0:0 +I[1]\nt-0:2 +I[2]\nt-0:4 +I[3]\nt-0:5 +I[4]\n");
}

// From each position that a reader tells, the rest of the rows and of the errors comes, and nothing twice.
TEST_F(KafkaSourceTest, GoesOnFromEveryPosition) {
  append(R"([{"a": 1}, {"a": 2}, {"a": 3}])");
  append("broken");
  append(R"({"a": 4})");
  append(std::nullopt);
  append(R"([{"a": 5}, {"a": 6}])");
  append(R"([{"a": 7}, {"a": "x"}])");
  const TestTable letters = table("a INT", {{"record.error-policy", "dead-letter"}});
  const auto source = make_source(letters);
  const auto splits = source->make_enumerator(world_.get(), "")->discover();
  const auto reader_from = [&](std::vector<Split> from) {
    auto reader = source->make_reader(world_.get(), {});
    reader->add_splits(std::move(from));
    return reader;
  };
  const std::string all = tidemill::read(*reader_from(splits), 2);
  EXPECT_EQ(all, "t-0:0 +I[1]\nt-0:0 +I[2]\nt-0:0 +I[3]\nt-0:2 +I[4]\nt-0:4 +I[5]\nt-0:4 +I[6]\nt-0:5 +I[7]\n");
  for (int32_t polls = 1; polls < 30; ++polls) {
    for (const auto& [rows_before, rows_after] : {std::pair(2, 2), std::pair(5, 1), std::pair(5, 2), std::pair(1, 5)}) {
      const auto first = reader_from(splits);
      std::vector<std::string> rejected;
      const std::string before = tidemill::read(*first, rows_before, polls, "", &rejected);
      const auto second = reader_from(first->positions());
      EXPECT_EQ(before + tidemill::read(*second, rows_after, 1 << 20, "", &rejected), all)
          << polls << " " << rows_before << " " << rows_after;
      EXPECT_EQ(rejected, (std::vector<std::string>{"t-0:1 broken", R"(t-0:5 [{"a": 7}, {"a": "x"}])"})) << polls;
      EXPECT_EQ(first->records_in_errors() + second->records_in_errors(), 2) << polls;
    }
  }
}

TEST_F(KafkaSourceTest, NewPartitionsBeginAtTheirBeginning) {
  TestTable unbounded = table("a INT", {{"scan.startup.mode", "latest-offset"}, {"scan.bounded.mode", "unbounded"}});
  append(R"({"a": 1})");
  const auto source = make_source(unbounded);
  const auto enumerator = source->make_enumerator(world_.get(), "");
  EXPECT_EQ(enumerator->discover(), (std::vector<Split>{{"t-0", "1"}, {"t-1", "0"}}));
  EXPECT_EQ(enumerator->discover(), std::vector<Split>());
  kafka().cluster().create_topic("t", 3);
  append(R"({"a": 2})", {}, 2);
  const auto restored = source->make_enumerator(world_.get(), enumerator->snapshot());
  EXPECT_EQ(restored->discover(), (std::vector<Split>{{"t-2", "0"}}));
  kafka().cluster().create_topic("t", 1);
  EXPECT_NE(user_error([&] { restored->discover(); }).find("topic 't' has 1 partitions, and had 3 before"),
            std::string::npos);
}

TEST_F(KafkaSourceTest, TopicsByPattern) {
  kafka().cluster().create_topic("orders-eu", 1);
  kafka().cluster().create_topic("orders-us", 1);
  OptionMap options = table("a INT").options;
  options.erase("topic");
  options.emplace("topic-pattern", "orders-.*");
  const auto source = make_source({"a INT", options});
  EXPECT_EQ(source->make_enumerator(world_.get(), "")->discover(),
            (std::vector<Split>{{"orders-eu-0", "0 to 0"}, {"orders-us-0", "0 to 0"}}));
}

// As in Flink: what the first look did not find began later, whatever the first look found, and in every attempt.
TEST_F(KafkaSourceTest, WhatAFirstLookDidNotFindBeginsAtItsBeginning) {
  OptionMap options =
      table("a INT", {{"scan.startup.mode", "latest-offset"}, {"scan.bounded.mode", "unbounded"}}).options;
  options.erase("topic");
  options.emplace("topic-pattern", "orders-.*");
  const auto source = make_source({"a INT", options});
  const auto enumerator = source->make_enumerator(world_.get(), "");
  EXPECT_EQ(enumerator->discover(), std::vector<Split>());
  const std::string saved = enumerator->snapshot();
  kafka().cluster().create_topic("orders-eu", 1);
  Entry entry;
  entry.value = R"({"a": 1})";
  kafka().cluster().append({"orders-eu", 0}, entry);
  const std::vector<Split> from_the_beginning = {{"orders-eu-0", "0"}};
  const auto restored = source->make_enumerator(world_.get(), saved);
  EXPECT_EQ(restored->snapshot(), saved);
  EXPECT_EQ(restored->discover(), from_the_beginning);
  EXPECT_EQ(enumerator->discover(), from_the_beginning);
  EXPECT_EQ(source->make_enumerator(world_.get(), restored->snapshot())->discover(), std::vector<Split>());
}

TEST_F(KafkaSourceTest, WhatIsNotThereIsNamed) {
  EXPECT_EQ(error(table("a INT", {{"topic", "tt"}})),
            "Table 't': Kafka at simulated has no topic 'tt' | Did you mean 't'?");
  append(R"({"a": 1})");
  EXPECT_NE(error(table("a INT", {{"scan.startup.mode", "specific-offsets"},
                                  {"scan.startup.specific-offsets", "partition:0,offset:9"},
                                  {"scan.bounded.mode", "unbounded"}}))
                .find("partition t-0 has no offset 9; it holds 0 to 1"),
            std::string::npos);
}

TEST_F(KafkaSourceTest, OptionsThatDoNotGoTogetherAreRefused) {
  const auto refused = [&](OptionMap options, const std::string& part) {
    const std::string text = error(table("a INT, b INT", std::move(options)));
    EXPECT_NE(text.find(part), std::string::npos) << text;
  };
  refused({{"topic-pattern", "x"}}, "needs one of the options 'topic' and 'topic-pattern'");
  refused({{"key.format", "json"}}, "'key.format' and 'key.fields' need each other");
  refused({{"key.format", "json"}, {"key.fields", "c"}}, "names 'c', which is no physical column");
  refused({{"key.format", "json"}, {"key.fields", "a"}, {"key.fields-prefix", "k_"}}, "does not begin with");
  refused({{"format", "json"}, {"value.format", "json"}}, "needs one of the options 'format' and 'value.format'");
  refused({{"scan.startup.mode", "timestamp"}}, "needs option 'scan.startup.timestamp-millis'");
  refused({{"scan.startup.timestamp-millis", "1"}}, "has no effect with 'scan.startup.mode'");
  refused({{"scan.startup.mode", "specific-offsets"}, {"scan.startup.specific-offsets", "0:1"}}, "is not of the form");
  refused({{"properties.sasl.jaas.config", "x.PlainLoginModule required username=\"u\";"}}, "password is missing");
  refused({{"properties.security.protocol", "SSL"}, {"properties.ssl.truststore.location", "a.jks"}},
          "a store of Java's");
}

TEST(KafkaPosition, IsReadBack) {
  for (const KafkaPosition& position :
       {KafkaPosition{17, 0, kNoKafkaOffset}, KafkaPosition{17, 3, kNoKafkaOffset}, KafkaPosition{17, 3, 40}})
    EXPECT_EQ(KafkaPosition::parse(position.to_string()), position);
  for (const char* const text : {"", "x", "17 ", "17 rows", "-1", "17 to", "17 to 4x"})
    EXPECT_THROW(KafkaPosition::parse(text), UserError) << text;
  EXPECT_EQ(parse_partition("a-b-12"), (KafkaPartition{"a-b", 12}));
  for (const char* const text : {"", "a", "a-", "-1", "a-x"}) EXPECT_THROW(parse_partition(text), UserError) << text;
}

}  // namespace
}  // namespace tidemill
