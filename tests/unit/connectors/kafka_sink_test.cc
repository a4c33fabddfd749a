// tests/unit/connectors/kafka_sink_test.cc - rows to messages, and epochs as transactions, on the cluster in memory.
#include <gtest/gtest.h>

#include "connectors/kafka/epoch_record.h"
#include "connectors/kafka/kafka_transaction.h"
#include "data/pretty.h"
#include "tests/unit/connectors/tables.h"

namespace tidemill {
namespace {

using Values = std::vector<std::string>;

class KafkaSinkTest : public testing::Test {
 protected:
  void SetUp() override { kafka().cluster().create_topic("t", 2); }
  SimulatedKafka& kafka() { return world_.kafka(); }

  static OptionMap options(OptionMap more = {}) {
    more.emplace("connector", "kafka");
    more.emplace("topic", "t");
    more.emplace("properties.bootstrap.servers", "simulated");
    if (!more.contains("value.format")) more.emplace("format", "json");
    return more;
  }
  // Writes an epoch of rows, "+I | 1 | x" a line.
  void write(const TestTable& table, const std::string& rows, Subtask subtask = {}) {
    const auto sink = make_sink(table);
    const auto writer = sink->make_writer(world_.get(), subtask);
    EXPECT_TRUE(writer->ready());
    writer->write(parse_batch(parse_schema(table.schema), rows));
    writer->flush();
    writer->seal(1);
    EXPECT_TRUE(writer->prepare(1).empty());
  }
  const SimulatedKafkaLog::Entry& entry(int32_t partition, int64_t offset) {
    return kafka().log({"t", partition}).at(offset);
  }
  Values values(int32_t partition) { return kafka().committed_values({"t", partition}); }

  SimulatedEnvironment world_{1};
};

TEST_F(KafkaSinkTest, RowsAreMessages) {
  write({"a INT, b STRING", options({{"sink.partitioner", "fixed"}})}, "1 | x\n2 | NULL", {1, 2});
  EXPECT_EQ(values(1), (Values{R"({"a":1,"b":"x"})", R"({"a":2,"b":null})"}));
  EXPECT_TRUE(entry(1, 0).null_key);
  write({"a INT", options({{"sink.partitioner", "round-robin"}})}, "7\n8\n9");
  EXPECT_EQ(values(0), (Values{R"({"a":7})", R"({"a":9})"}));
}

TEST_F(KafkaSinkTest, KeysAndMetadataAreWritten) {
  TestTable table{"k_id INT, v INT, ts TIMESTAMP_LTZ(3)", options({{"key.format", "json"},
                                                                   {"key.fields", "k_id"},
                                                                   {"key.fields-prefix", "k_"},
                                                                   {"value.fields-include", "EXCEPT_KEY"}})};
  table.schema = "k_id INT, v INT";
  const auto sink = make_sink({table.schema, table.options, {{"ts", "timestamp"}}});
  const auto writer = sink->make_writer(world_.get(), {});
  writer->write(parse_batch(parse_schema("k_id INT, v INT, ts TIMESTAMP_LTZ(3)"), "7 | 1 | T1500"));
  writer->seal(1);
  writer->prepare(1);
  const int32_t partition = values(0).empty() ? 1 : 0;
  EXPECT_EQ(entry(partition, 0).key, R"({"id":7})");
  EXPECT_EQ(entry(partition, 0).value, R"({"v":1})");
  EXPECT_EQ(entry(partition, 0).timestamp, 1'500);
}

TestTable upserts(OptionMap more) {
  more.emplace("connector", "upsert-kafka");
  more.emplace("topic", "t");
  more.emplace("properties.bootstrap.servers", "simulated");
  more.emplace("key.format", "csv");
  more.emplace("value.format", "csv");
  TestTable table{"k INT NOT NULL, v INT", more};
  table.primary_key = {0};
  return table;
}

TEST_F(KafkaSinkTest, ADeletionIsAMessageWithoutValue) {
  EXPECT_EQ(make_sink(upserts({}))->accepts(), SinkChangelog::kUpsert);
  write(upserts({}), "+I | 1 | 10\n+U | 1 | 11\n-D | 1 | 11");
  const int32_t partition = kafka().log({"t", 0}).end() == 0 ? 1 : 0;
  EXPECT_EQ(values(partition), (Values{"1,10", "1,11", ""}));
  EXPECT_EQ(entry(partition, 2).key, "1");
  EXPECT_TRUE(entry(partition, 2).null_value);
}

TEST_F(KafkaSinkTest, RowsOfAKeyBecomeOneUntilTheBufferIsFlushed) {
  const TestTable table = upserts({{"sink.buffer-flush.max-rows", "3"}, {"sink.buffer-flush.interval", "1 s"}});
  const auto sink = make_sink(table);
  const auto writer = sink->make_writer(world_.get(), {});
  const SchemaPtr schema = parse_schema(table.schema);
  writer->write(parse_batch(schema, "+I | 1 | 10\n+I | 2 | 20\n+U | 1 | 11"));
  EXPECT_EQ(values(0).size() + values(1).size(), 0U);
  EXPECT_EQ(writer->flush_due(), world_.clock().now() + 1'000);
  writer->write(parse_batch(schema, "+I | 3 | 30"));
  Values all = values(0);
  for (std::string& value : values(1)) all.push_back(std::move(value));
  std::ranges::sort(all);
  EXPECT_EQ(all, (Values{"1,11", "2,20", "3,30"}));
  EXPECT_EQ(writer->flush_due(), std::nullopt);
}

TEST_F(KafkaSinkTest, OptionsThatDoNotGoTogetherAreRefused) {
  const auto refused = [&](OptionMap more, const std::string& part) {
    const std::string text = user_error([&] { make_sink({"a INT, b INT", options(std::move(more))}); });
    EXPECT_NE(text.find(part), std::string::npos) << text;
  };
  refused({{"topic", "a;b"}}, "can only be read");
  refused({{"sink.delivery-guarantee", "exactly-once"}}, "needs option 'sink.transactional-id-prefix'");
  refused({{"sink.partitioner", "round-robin"}, {"key.format", "json"}, {"key.fields", "a"}}, "does not go with");
  EXPECT_NE(user_error([&] {
              make_sink({"a INT", options(), {{"o", "offset"}}});
            }).find("metadata 'offset' of connector 'kafka' cannot be written"),
            std::string::npos);
}

// Epochs of one job, by attempts that die.
class KafkaTransactionTest : public KafkaSinkTest {
 protected:
  std::shared_ptr<KafkaTransaction> attempt(std::string owner = "job", DurationMillis interval_ms = 1'000) {
    KafkaTransactionSettings settings;
    settings.properties = {{"bootstrap.servers", "simulated"}};
    settings.admin_properties = settings.properties;
    settings.prefix = "p";
    return std::make_shared<KafkaTransaction>(settings, TransactionRequest{std::move(owner), interval_ms, 0},
                                              world_.get());
  }
  static void send(KafkaTransaction& transaction, int64_t turn, std::string_view value) {
    KafkaOutgoing message;
    message.topic = "t";
    message.partition = 0;
    message.value = value;
    EXPECT_TRUE(transaction.producer(turn).send(message));
  }
};

TEST_F(KafkaTransactionTest, AnEpochIsSeenWhenItIsCommitted) {
  const auto first = attempt();
  EXPECT_EQ(first->recover(), std::nullopt);
  send(*first, 0, "a");
  first->deliver(0);
  send(*first, 1, "b");  // behind the barrier
  EXPECT_EQ(values(0), Values());
  first->commit(5, {});
  EXPECT_EQ(values(0), (Values{"a"}));
  first->commit(6, {});
  first->commit(7, {});  // without messages
  EXPECT_EQ(values(0), (Values{"a", "b"}));
  EXPECT_EQ(kafka().open_transactions(), 0U);
  EXPECT_EQ(attempt()->recover(), 7);
  EXPECT_EQ(attempt("another job")->recover(), std::nullopt);
}

TEST_F(KafkaTransactionTest, ARestartEndsWhatWasOpenAndFencesWhoHadIt) {
  const auto first = attempt();
  first->recover();
  send(*first, 0, "a");
  first->commit(1, {});
  send(*first, 1, "open");
  const auto second = attempt();
  EXPECT_EQ(second->recover(), 1);
  EXPECT_EQ(kafka().open_transactions(), 0U);
  EXPECT_THROW(first->commit(2, {}), TransientError);
  EXPECT_EQ(attempt()->recover(), 1);
  EXPECT_EQ(values(0), (Values{"a"}));
}

TEST_F(KafkaTransactionTest, AnUnknownOutcomeIsFoundByTheNextAttempt) {
  for (const auto& [fault, committed] : {std::pair("kafka.commit_lost", true), std::pair("kafka.commit_late", false)}) {
    const auto first = attempt();
    const std::optional<int64_t> before = first->recover();
    send(*first, 0, fault);
    world_.faults().enable(fault, 1.0, 1);
    EXPECT_THROW(first->commit(before.value_or(0) + 1, {}), KafkaOutcomeUnknown);
    const std::optional<int64_t> after = attempt()->recover();
    EXPECT_EQ(after.value_or(0), before.value_or(0) + (committed ? 1 : 0)) << fault;
  }
  EXPECT_EQ(values(0), (Values{"kafka.commit_lost"}));
}

TEST_F(KafkaTransactionTest, OffsetsOfTheSameClusterAreAPartOfIt) {
  const auto first = attempt();
  first->recover();
  const std::vector<GroupProgress> progress = {{"kafka simulated", "g", {{{"in", 0}, 42}}},
                                               {"kafka elsewhere", "g", {{{"in", 1}, 43}}}};
  first->commit(1, progress);
  EXPECT_EQ(kafka().cluster().group_offset("g", {"in", 0}), 42);
  EXPECT_EQ(kafka().cluster().group_offset("g", {"in", 1}), kNoKafkaOffset);
}

TEST_F(KafkaTransactionTest, AnEpochThatMayTakeLongerThanATransactionIsRefused) {
  const std::string text = user_error([&] { attempt("job", 900'000)->recover(); });
  EXPECT_NE(text.find("may stay open for 900000 ms"), std::string::npos) << text;
  EXPECT_NE(text.find("an epoch may take 900000 ms"), std::string::npos) << text;
  kafka().cluster().set_broker_setting("transaction.max.timeout.ms", "60000");
  const std::string capped = user_error([&] { attempt()->recover(); });
  EXPECT_NE(capped.find("is 900000, and the brokers allow 60000"), std::string::npos) << capped;
}

TEST(EpochRecord, IsReadBack) {
  const EpochRecord record{"1a2b", 17};
  EXPECT_EQ(record.to_string(), R"({"owner":"1a2b","epoch":17})");
  EXPECT_EQ(EpochRecord::parse(record.to_string(), "t"), record);
  for (const std::string& text :
       {std::string(), std::string("{}"), std::string(R"({"owner":"1a2b","epoch":x})"), record.to_string() + "x"})
    EXPECT_THROW(EpochRecord::parse(text, "t"), UserError) << text;
}

}  // namespace
}  // namespace tidemill
