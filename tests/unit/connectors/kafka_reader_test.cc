#include <gtest/gtest.h>

#include "tests/unit/connectors/tables.h"

namespace tidemill {
namespace {

class KafkaReaderTest : public testing::Test {
 protected:
  void SetUp() override { world_.kafka().cluster().create_topic("numbers", 1); }
  static TestTable table(OptionMap more) {
    more.insert({{"connector", "kafka"},
                 {"topic", "numbers"},
                 {"properties.bootstrap.servers", "simulated:1"},
                 {"scan.startup.mode", "earliest-offset"},
                 {"format", "json"}});
    return {"a INT", std::move(more)};
  }
  void commit(const std::string& value) {
    const auto producer = world_.get().kafka.producer({{"transactional.id", "t"}});
    producer->init_transactions();
    producer->begin_transaction();
    KafkaOutgoing message;
    message.topic = "numbers";
    message.value = value;
    producer->send(message);
    producer->commit_transaction();
  }

  SimulatedEnvironment world_{1};
};

// The mark of the transaction is the last offset: no message leads behind it.
TEST_F(KafkaReaderTest, ABoundedPartitionEndsBehindTheMarkOfATransaction) {
  commit("{\"a\":1}");
  const auto source = make_source(table({{"scan.bounded.mode", "latest-offset"}}));
  const auto reader = source->make_reader(world_.get(), {});
  reader->add_splits(source->make_enumerator(world_.get(), "")->discover());
  EXPECT_EQ(read(*reader), "numbers-0:0 +I[1]\n");
  EXPECT_TRUE(reader->positions().empty()) << "the partition has not ended";
}

// So that the group's offset can be told, though the split is in no snapshot any more.
TEST_F(KafkaReaderTest, TellsWhereAPartitionEnded) {
  commit("{\"a\":1}");
  const auto source = make_source(table({{"scan.bounded.mode", "latest-offset"}}));
  const auto reader = source->make_reader(world_.get(), {});
  reader->add_splits(source->make_enumerator(world_.get(), "")->discover());
  ReadResult result;
  for (int i = 0; i < 5 && !result.split_ended; ++i) result = reader->poll(1024, "");
  ASSERT_TRUE(result.split_ended);
  const Split ended{std::string(result.split), result.end_position};
  const std::optional<GroupProgress> progress = source->progress({&ended, 1});
  ASSERT_TRUE(progress && progress->offsets.size() == 1);
  EXPECT_EQ(progress->offsets.front().partition, (KafkaPartition{"numbers", 0}));
  EXPECT_EQ(progress->offsets.front().offset, 2) << "behind the mark";
}

// A source that has caught up is idle: nothing else says so to its watermark.
TEST_F(KafkaReaderTest, SaysThatItHasCaughtUpBehindTheLastMessage) {
  commit("{\"a\":1}");
  const auto source = make_source(table({}));
  const auto reader = source->make_reader(world_.get(), {});
  reader->add_splits(source->make_enumerator(world_.get(), "")->discover());
  bool caught_up = false;
  for (int i = 0; i < 5; ++i) caught_up = reader->poll(1024, "").caught_up || caught_up;
  EXPECT_TRUE(caught_up);
  EXPECT_EQ(reader->positions().front().position, "2") << "behind the mark";
}

}  // namespace
}  // namespace tidemill
