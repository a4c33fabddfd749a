// tests/unit/env/kafka_test.cc - what clients of Kafka promise, on the cluster in memory and on a real one. Rule: every
// case holds for both; the real one is that of TIDEMILL_KAFKA_SERVERS (tests/integration/kafka starts it).
#include "env/kafka.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "env/real/real_environment.h"
#include "env/simulated/simulated_environment.h"

namespace tidemill {
namespace {

constexpr int64_t kPatienceNs = 30'000'000'000;

class MemoryWorld {
 public:
  Environment& get() { return environment_.get(); }
  KafkaProperties properties() const { return {{"bootstrap.servers", "simulated"}}; }
  bool there() const { return true; }
  void let_time_pass() { environment_.clock().advance_to(environment_.clock().now() + 1); }

 private:
  SimulatedEnvironment environment_{1};
};

class BrokerWorld {
 public:
  Environment& get() { return environment_.get(); }
  KafkaProperties properties() const { return {{"bootstrap.servers", servers_ == nullptr ? "" : servers_}}; }
  bool there() const { return servers_ != nullptr; }
  void let_time_pass() {}

 private:
  const char* const servers_ = std::getenv("TIDEMILL_KAFKA_SERVERS");
  RealEnvironment environment_{1};
};

template <class World>
class KafkaContract : public testing::Test {
 protected:
  void SetUp() override {
    if (!world_.there()) GTEST_SKIP() << "TIDEMILL_KAFKA_SERVERS names no broker";
    topic_ = fmt::format("contract-{}-{}", testing::UnitTest::GetInstance()->current_test_info()->name(),
                         world_.get().random.next());
    admin_ = clients().admin(properties("read_committed"));
    admin_->create_topic(topic_, 2, -1, {});
  }

  KafkaClients& clients() { return world_.get().kafka; }
  KafkaPartition partition(int32_t number) const { return {topic_, number}; }
  KafkaProperties properties(const std::string& isolation) const {
    KafkaProperties properties = world_.properties();
    properties["group.id"] = topic_;
    properties["isolation.level"] = isolation;
    return properties;
  }

  std::unique_ptr<KafkaConsumer> consumer(const std::string& isolation = "read_committed") {
    KafkaProperties settings = properties(isolation);
    settings["enable.partition.eof"] = "true";
    settings["auto.offset.reset"] = "error";
    return clients().consumer(settings);
  }
  std::unique_ptr<KafkaProducer> producer(const std::string& id = "") {
    KafkaProperties settings = world_.properties();
    if (!id.empty()) settings["transactional.id"] = topic_ + id;
    std::unique_ptr<KafkaProducer> made = clients().producer(settings);
    if (!id.empty()) made->init_transactions();
    return made;
  }
  void send(KafkaProducer& producer, std::string_view value, int32_t number = 0) {
    KafkaOutgoing message;
    message.topic = topic_;
    message.partition = number;
    message.value = value;
    ASSERT_TRUE(producer.send(message));
  }

  // Reads on until the partition is at its present end. Returns the values.
  std::vector<std::string> read(KafkaConsumer& from, int32_t number = 0) {
    std::vector<std::string> values;
    const int64_t begun = world_.get().clock.monotonic_ns();
    for (;;) {
      const KafkaFetched fetched = from.fetch(partition(number), 100);
      for (const KafkaMessage& message : fetched.messages) values.emplace_back(message.value);
      if (fetched.end != kNoKafkaOffset) {
        end_ = fetched.end;
        return values;
      }
      if (world_.get().clock.monotonic_ns() - begun > kPatienceNs) {
        ADD_FAILURE() << "no end of the partition after 30 s: " << from.problem();
        return values;
      }
      world_.let_time_pass();
    }
  }
  std::vector<std::string> read_all(const std::string& isolation = "read_committed", int32_t number = 0) {
    const std::unique_ptr<KafkaConsumer> from = consumer(isolation);
    from->add(partition(number), 0, [] {});
    return read(*from, number);
  }

  using Values = std::vector<std::string>;

  World world_;
  std::string topic_;
  std::unique_ptr<KafkaAdmin> admin_;
  int64_t end_ = kNoKafkaOffset;  // that read() came to
};

using Worlds = testing::Types<MemoryWorld, BrokerWorld>;
TYPED_TEST_SUITE(KafkaContract, Worlds);

TYPED_TEST(KafkaContract, WhatIsFlushedIsRead) {
  const auto producer = this->producer();
  this->send(*producer, "a");
  this->send(*producer, "b");
  producer->flush();
  EXPECT_EQ(this->read_all(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(this->end_, 2);
}

TYPED_TEST(KafkaContract, AMessageKeepsWhatItHas) {
  const auto producer = this->producer();
  const std::vector<KafkaHeader> headers = {{"h", "1", false}, {"empty", "", false}};
  KafkaOutgoing message;
  message.topic = this->topic_;
  message.partition = 1;
  message.key = "k";
  message.null_key = false;
  message.null_value = true;
  message.timestamp = 1'700'000'000'123;
  message.headers = headers;
  ASSERT_TRUE(producer->send(message));
  producer->flush();
  const auto consumer = this->consumer();
  consumer->add(this->partition(1), 0, [] {});
  const int64_t begun = this->world_.get().clock.monotonic_ns();
  for (;;) {
    const KafkaFetched fetched = consumer->fetch(this->partition(1), 10);
    ASSERT_LT(this->world_.get().clock.monotonic_ns() - begun, kPatienceNs);
    if (fetched.messages.empty()) continue;
    const KafkaMessage& read = fetched.messages.front();
    EXPECT_EQ(read.key, "k");
    EXPECT_FALSE(read.null_key);
    EXPECT_TRUE(read.null_value);
    EXPECT_EQ(read.timestamp, 1'700'000'000'123);
    EXPECT_EQ(read.timestamp_type, KafkaTimestampType::kCreateTime);
    std::vector<KafkaHeader> found;
    consumer->headers(read, found);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].name, "h");
    EXPECT_EQ(found[0].value, "1");
    EXPECT_EQ(found[1].value, "");
    return;
  }
}

TYPED_TEST(KafkaContract, AnEmptyValueIsNoTombstone) {
  const auto producer = this->producer();
  this->send(*producer, "");
  producer->flush();
  const auto consumer = this->consumer();
  consumer->add(this->partition(0), 0, [] {});
  const int64_t begun = this->world_.get().clock.monotonic_ns();
  for (;;) {
    const KafkaFetched fetched = consumer->fetch(this->partition(0), 10);
    ASSERT_LT(this->world_.get().clock.monotonic_ns() - begun, kPatienceNs);
    if (fetched.messages.empty()) continue;
    EXPECT_FALSE(fetched.messages.front().null_value);
    EXPECT_TRUE(fetched.messages.front().null_key);
    return;
  }
}

TYPED_TEST(KafkaContract, PartitionsAreReadApartAndFromAnyOffset) {
  const auto producer = this->producer();
  for (const char* const value : {"a", "b", "c"}) this->send(*producer, value, 0);
  this->send(*producer, "z", 1);
  producer->flush();
  const auto consumer = this->consumer();
  consumer->add(this->partition(0), 1, [] {});
  consumer->add(this->partition(1), 0, [] {});
  EXPECT_EQ(this->read(*consumer, 1), (std::vector<std::string>{"z"}));
  EXPECT_EQ(this->read(*consumer, 0), (std::vector<std::string>{"b", "c"}));
  consumer->remove(this->partition(0));
  this->send(*producer, "y", 1);
  producer->flush();
  EXPECT_EQ(this->read(*consumer, 1), (std::vector<std::string>{"y"}));
}

TYPED_TEST(KafkaContract, AnOffsetThatIsNotThereIsAnError) {
  const auto producer = this->producer();
  this->send(*producer, "a");
  producer->flush();
  const auto consumer = this->consumer();
  consumer->add(this->partition(0), 7, [] {});
  EXPECT_THROW(this->read(*consumer), UserError);
}

TYPED_TEST(KafkaContract, ATransactionIsSeenWhenItIsCommitted) {
  const auto producer = this->producer("t");
  producer->begin_transaction();
  this->send(*producer, "a");
  producer->flush();
  EXPECT_EQ(this->read_all(), std::vector<std::string>());
  EXPECT_EQ(this->end_, 0);
  EXPECT_EQ(this->read_all("read_uncommitted"), (std::vector<std::string>{"a"}));
  producer->commit_transaction();
  EXPECT_EQ(this->read_all(), (std::vector<std::string>{"a"}));
  EXPECT_EQ(this->end_, 2);  // behind the mark of the transaction
}

TYPED_TEST(KafkaContract, AnOpenTransactionHoldsBackWhatIsBehindIt) {
  const auto open = this->producer("open");
  open->begin_transaction();
  this->send(*open, "a");
  open->flush();
  const auto plain = this->producer();
  this->send(*plain, "b");
  plain->flush();
  const auto from = this->consumer();
  from->add(this->partition(0), 0, [] {});
  EXPECT_EQ(this->read(*from), (std::vector<std::string>{}));
  EXPECT_EQ(from->held_back(this->partition(0)), 2);
  const auto uncommitted = this->consumer("read_uncommitted");
  uncommitted->add(this->partition(0), 0, [] {});
  EXPECT_EQ(this->read(*uncommitted), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(uncommitted->held_back(this->partition(0)), 0);
  open->commit_transaction();
  EXPECT_EQ(this->read(*from), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(from->held_back(this->partition(0)), 0);
}

TYPED_TEST(KafkaContract, AnAbortedTransactionIsNeverSeen) {
  const auto producer = this->producer("t");
  producer->begin_transaction();
  this->send(*producer, "a");
  producer->flush();
  producer->abort_transaction();
  producer->begin_transaction();
  this->send(*producer, "b");
  producer->commit_transaction();
  EXPECT_EQ(this->read_all(), (std::vector<std::string>{"b"}));
}

TYPED_TEST(KafkaContract, WhatABeforeCrashWasOpenIsAbortedByTheNextProducer) {
  auto crashed = this->producer("t");
  crashed->begin_transaction();
  this->send(*crashed, "lost");
  crashed->flush();
  crashed = nullptr;
  const auto next = this->producer("t");
  next->begin_transaction();
  this->send(*next, "kept");
  next->commit_transaction();
  EXPECT_EQ(this->read_all(), (std::vector<std::string>{"kept"}));
}

TYPED_TEST(KafkaContract, AnOlderProducerIsFencedAndNothingOfItIsSeen) {
  const auto older = this->producer("t");
  older->begin_transaction();
  this->send(*older, "old");
  older->flush();
  const auto newer = this->producer("t");
  EXPECT_THROW(
      {
        this->send(*older, "older");
        older->commit_transaction();
      },
      TransientError);
  newer->begin_transaction();
  this->send(*newer, "new");
  newer->commit_transaction();
  EXPECT_EQ(this->read_all(), (std::vector<std::string>{"new"}));
}

TYPED_TEST(KafkaContract, OffsetsOfAGroupAreCommittedWithTheTransaction) {
  const std::vector<KafkaPartition> partitions = {this->partition(0), this->partition(1)};
  EXPECT_EQ(this->admin_->committed(partitions), (std::vector<int64_t>{kNoKafkaOffset, kNoKafkaOffset}));
  const auto producer = this->producer("t");
  const std::vector<KafkaOffset> offsets = {{this->partition(0), 42}};
  producer->begin_transaction();
  producer->send_offsets(this->topic_, offsets);
  producer->abort_transaction();
  EXPECT_EQ(this->admin_->committed(partitions).front(), kNoKafkaOffset);
  producer->begin_transaction();
  producer->send_offsets(this->topic_, offsets);
  producer->commit_transaction();
  EXPECT_EQ(this->admin_->committed(partitions), (std::vector<int64_t>{42, kNoKafkaOffset}));
}

TYPED_TEST(KafkaContract, OffsetsOfAGroupAreCommitted) {
  this->admin_->commit(std::vector<KafkaOffset>{{this->partition(1), 5}});
  EXPECT_EQ(this->admin_->committed(std::vector<KafkaPartition>{this->partition(1)}), (std::vector<int64_t>{5}));
}

TYPED_TEST(KafkaContract, OffsetsAreFoundByTime) {
  const auto producer = this->producer();
  for (const int64_t timestamp : {1'000, 2'000, 3'000}) {
    KafkaOutgoing message;
    message.topic = this->topic_;
    message.partition = 0;
    message.value = "v";
    message.timestamp = 1'700'000'000'000 + timestamp;
    ASSERT_TRUE(producer->send(message));
  }
  producer->flush();
  const std::vector<KafkaPartition> partitions = {this->partition(0)};
  const auto offset = [&](KafkaOffsetOf of, EpochMillis timestamp = 0) {
    return this->admin_->offsets(partitions, of, timestamp).front();
  };
  EXPECT_EQ(offset(KafkaOffsetOf::kEarliest), 0);
  EXPECT_EQ(offset(KafkaOffsetOf::kLatest), 3);
  EXPECT_EQ(offset(KafkaOffsetOf::kTimestamp, 1'700'000'001'500), 1);
  EXPECT_EQ(offset(KafkaOffsetOf::kTimestamp, 1'700'000'009'000), 3);
}

TYPED_TEST(KafkaContract, OffsetsOfSeveralPartitionsAreInTheirOrder) {
  const auto producer = this->producer();
  for (const int32_t partition : {1, 0, 1}) {
    KafkaOutgoing message;
    message.topic = this->topic_;
    message.partition = partition;
    message.value = "v";
    message.timestamp = 1'700'000'000'000 + partition;
    ASSERT_TRUE(producer->send(message));
  }
  producer->flush();
  const std::vector<KafkaPartition> partitions = {this->partition(1), this->partition(0)};
  using Offsets = std::vector<int64_t>;
  EXPECT_EQ(this->admin_->offsets(partitions, KafkaOffsetOf::kEarliest, 0), (Offsets{0, 0}));
  EXPECT_EQ(this->admin_->offsets(partitions, KafkaOffsetOf::kLatest, 0), (Offsets{2, 1}));
  EXPECT_EQ(this->admin_->offsets(partitions, KafkaOffsetOf::kTimestamp, 1'700'000'000'001), (Offsets{0, 1}));
  EXPECT_EQ(this->admin_->offsets({}, KafkaOffsetOf::kTimestamp, 0), Offsets());
}

TYPED_TEST(KafkaContract, TopicsAreListed) {
  const std::optional<KafkaTopic> found = this->admin_->topic(this->topic_);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->partitions, 2);
  EXPECT_FALSE(this->admin_->topic(this->topic_ + "-not").has_value());
  this->admin_->create_topic(this->topic_, 2, -1, {});  // is there already
  EXPECT_TRUE(this->admin_->broker_setting("transaction.max.timeout.ms").has_value());
}

TYPED_TEST(KafkaContract, SmallPartitionsAreReadAtOnce) {
  const auto producer = this->producer("t");
  for (const bool kept : {true, false, true}) {
    producer->begin_transaction();
    this->send(*producer, kept ? "kept" : "not");
    producer->flush();
    kept ? producer->commit_transaction() : producer->abort_transaction();
  }
  EXPECT_EQ(this->admin_->read_all(this->partition(0)).size(), 2U);
  EXPECT_EQ(this->admin_->read_all(this->partition(1)).size(), 0U);
}

}  // namespace
}  // namespace tidemill
