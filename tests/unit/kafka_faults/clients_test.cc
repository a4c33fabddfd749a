// What clients of Kafka promise when brokers fail, for the real ones: writing, reading and asking.
#include "tests/unit/kafka_faults/mock_cluster.h"

namespace tidemill {
namespace {

// --- A producer ---

TEST_F(KafkaFaultsTest, WhatWasSentWhileNobodyWasThereIsDelivered) {
  const auto to = producer();
  send(*to, "a");
  to->flush();
  cluster_.down();
  send(*to, "b");
  EXPECT_NO_THROW(to->check());
  cluster_.up();
  to->flush();
  EXPECT_EQ(read(*consumer(), 2), (Values{"a", "b"}));
}

TEST_F(KafkaFaultsTest, AFlushThatGetsNoAnswerIsATransientError) {
  const auto to = producer({{"delivery.timeout.ms", "1000"}});
  cluster_.down();
  send(*to, "a");
  const std::string error = error_of<TransientError>([&] { to->flush(); });
  EXPECT_HAS(error, "Kafka at " + cluster_.servers());
  EXPECT_HAS(error, "a message of 1 bytes to topic 't' was not delivered");
  EXPECT_HAS(error, "Check that the broker runs");
}

TEST_F(KafkaFaultsTest, WhatPassesIsTriedAgainAndWrittenOnce) {
  cluster_.fail(kProduce, {RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
                           RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, RD_KAFKA_RESP_ERR__TRANSPORT});
  write("a");
  write("b");
  const auto from = consumer();
  EXPECT_EQ(read(*from, 2), (Values{"a", "b"}));
}

TEST_F(KafkaFaultsTest, AMessageThatIsTooLargeIsTheUsersToMend) {
  cluster_.fail(kProduce, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
  const std::string error = error_of<UserError>([&] { write("a"); });
  EXPECT_HAS(error, "a message of 1 bytes to topic 't' was not delivered: Broker: Message size too large");
  EXPECT_HAS(error, "'properties.max.request.size'");
}

TEST_F(KafkaFaultsTest, ATopicThatMayNotBeWrittenIsTheUsersToMend) {
  cluster_.fail(kProduce, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
  EXPECT_HAS(error_of<UserError>([&] { write("a"); }), "kafka-acls");
}

TEST_F(KafkaFaultsTest, TheFirstFailureIsToldAgainAndAgain) {
  cluster_.fail(kProduce, RD_KAFKA_RESP_ERR_INVALID_MSG);
  const auto to = producer();
  send(*to, "a");
  const std::string first = error_of<TransientError>([&] { to->flush(); });
  EXPECT_EQ(error_of<TransientError>([&] { to->check(); }), first);
  EXPECT_EQ(error_of<TransientError>([&] { to->flush(); }), first);
}

TEST_F(KafkaFaultsTest, WritingGoesOnAtAnotherLeader) {
  const auto to = producer();
  send(*to, "a");
  to->flush();
  cluster_.lead(2);
  send(*to, "b");
  to->flush();
  EXPECT_EQ(read(*consumer(), 2), (Values{"a", "b"}));
}

TEST_F(KafkaFaultsTest, SlowAnswersAreNoErrors) {
  cluster_.answer_after(150);
  const auto to = producer();
  for (const char* const value : {"a", "b", "c"}) {
    send(*to, value);
    to->check();
  }
  to->flush();
  EXPECT_EQ(read(*consumer(), 3), (Values{"a", "b", "c"}));
}

// --- A consumer ---

TEST_F(KafkaFaultsTest, ABrokerThatIsNotThereIsNoErrorOfReading) {
  write("a");
  const auto from = consumer();
  EXPECT_EQ(read(*from, 1), (Values{"a"}));
  cluster_.down();
  EXPECT_EQ(read(*from, 1, [&] { return !from->problem().empty(); }), Values{});
  EXPECT_HAS(from->problem(), "127.0.0.1");
  cluster_.up();
  write("b");
  EXPECT_EQ(read(*from, 1), (Values{"b"}));
  EXPECT_EQ(from->problem(), "");
}

TEST_F(KafkaFaultsTest, ReadingGoesOnAtAnotherLeader) {
  write("a");
  const auto from = consumer();
  EXPECT_EQ(read(*from, 1), (Values{"a"}));
  cluster_.lead(2);
  write("b");
  EXPECT_EQ(read(*from, 1), (Values{"b"}));
}

TEST_F(KafkaFaultsTest, WhatPassesIsFetchedAgain) {
  write("a");
  cluster_.fail(kFetch, {RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE,
                         RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR});
  EXPECT_EQ(read(*consumer(), 1), (Values{"a"}));
}

TEST_F(KafkaFaultsTest, AnOffsetThatHasGoneIsTheUsersToMend) {
  write("a");
  cluster_.fail(kFetch, RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE);
  const auto from = consumer();
  const std::string error = error_of<UserError>([&] { read(*from, 1); });
  EXPECT_HAS(error, "partition t-0 has no offset 0");
  EXPECT_HAS(error, "--fresh");
}

TEST_F(KafkaFaultsTest, APartitionThatMayNotBeReadIsTheUsersToMend) {
  write("a");
  cluster_.fail(kFetch, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
  const auto from = consumer();
  EXPECT_HAS(error_of<UserError>([&] { read(*from, 1); }), "kafka-acls");
}

TEST_F(KafkaFaultsTest, ATopicThatHasGoneIsTheUsersToMend) {
  write("a");
  const auto from = consumer();
  EXPECT_EQ(read(*from, 1), (Values{"a"}));
  cluster_.remove_topic();
  EXPECT_HAS(error_of<UserError>([&] { read(*from, 1); }), "Check the name of the topic");
}

TEST_F(KafkaFaultsTest, AConsumerOfATopicThatHasGoneCanBeGivenBack) {
  write("a");
  const auto from = consumer();
  EXPECT_EQ(read(*from, 1), (Values{"a"}));
  const auto other = consumer();
  other->remove(partition_);
  cluster_.remove_topic();
  EXPECT_EQ(read(*from, 1, [&] { return !from->problem().empty(); }), Values{});
}

TEST_F(KafkaFaultsTest, FetchingNeverBlocks) {
  write("a");
  cluster_.answer_after(400);
  const auto from = consumer();
  int64_t longest = 0;
  int64_t before = clock_.monotonic_ns();
  EXPECT_EQ(read(*from, 1,
                 [&] {
                   longest = std::max(longest, clock_.monotonic_ns() - before);
                   before = clock_.monotonic_ns();
                   return false;
                 }),
            (Values{"a"}));
  EXPECT_LT(longest, 350'000'000);
}

// --- Questions ---

TEST_F(KafkaFaultsTest, AQuestionEndsAtItsTimeLimit) {
  const auto asking = admin();
  cluster_.down();
  const std::string error = error_of<TransientError>([&] { asking->topic(kTopic); });
  EXPECT_HAS(error, "the topics cannot be listed: Local: Broker transport failure, after trying for 2 s");
  cluster_.up();
  EXPECT_EQ(asking->topic(kTopic)->partitions, 1);
}

TEST_F(KafkaFaultsTest, OffsetsAreAskedAgainWhileTheLeaderMoves) {
  write("a");
  cluster_.fail(kListOffsets, {RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE});
  EXPECT_EQ(admin()->offsets({&partition_, 1}, KafkaOffsetOf::kLatest, 0), (std::vector<int64_t>{1}));
}

TEST_F(KafkaFaultsTest, ACoordinatorThatIsNotReadyIsAskedAgain) {
  cluster_.fail(kFindCoordinator, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, 2);
  cluster_.fail(kOffsetFetch, RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS);
  EXPECT_EQ(admin("20000")->committed({&partition_, 1}), (std::vector<int64_t>{kNoKafkaOffset}));
}

TEST_F(KafkaFaultsTest, AGroupThatMayNotBeUsedIsTheUsersToMend) {
  cluster_.fail(kOffsetFetch, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED);
  EXPECT_HAS(error_of<UserError>([&] { admin()->committed({&partition_, 1}); }), "kafka-acls");
}

}  // namespace
}  // namespace tidemill
