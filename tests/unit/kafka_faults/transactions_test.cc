// What a transaction of the real client promises when brokers fail, and when its producer was replaced.
#include "tests/unit/kafka_faults/mock_cluster.h"

namespace tidemill {
namespace {

TEST_F(KafkaFaultsTest, ATransactionalIdIsAskedForUntilTheCoordinatorIsReady) {
  cluster_.fail(kFindCoordinator, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, 2);
  cluster_.fail(kInitProducerId, {RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, RD_KAFKA_RESP_ERR_NOT_COORDINATOR,
                                  RD_KAFKA_RESP_ERR__TRANSPORT});
  const auto to = transaction();
  to->commit_transaction();
  EXPECT_EQ(read(*consumer(), 1), (Values{"a"}));
}

TEST_F(KafkaFaultsTest, ATransactionalIdThatMayNotBeUsedIsTheUsersToMend) {
  cluster_.fail(kInitProducerId, RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
  EXPECT_HAS(error_of<UserError>([&] { transaction(); }), "kafka-acls");
}

TEST_F(KafkaFaultsTest, ACommitIsAskedForUntilItIsDone) {
  const auto to = transaction();
  cluster_.fail(kEndTransaction,
                {RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS});
  to->commit_transaction();
  EXPECT_FALSE(to->may_have_late_requests());
  to->begin_transaction();
  send(*to, "b");
  to->commit_transaction();
}

TEST_F(KafkaFaultsTest, ACommitWhoseConnectionBreaksMayHaveALateRequest) {
  const auto to = transaction();
  cluster_.fail(kEndTransaction, RD_KAFKA_RESP_ERR__TRANSPORT);
  to->commit_transaction();
  EXPECT_TRUE(to->may_have_late_requests());
}

TEST_F(KafkaFaultsTest, ACommitWithoutAnAnswerHasAnUnknownOutcome) {
  const auto to = transaction(milliseconds(500));
  cluster_.answer_after(1'500);
  const std::string error = error_of<KafkaOutcomeUnknown>([&] { to->commit_transaction(); });
  EXPECT_HAS(error, "Kafka at " + cluster_.servers() + ": transaction of 'id' cannot be committed");
}

TEST_F(KafkaFaultsTest, WhoWasFencedIsToldSo) {
  for (const rd_kafka_resp_err_t error :
       {RD_KAFKA_RESP_ERR_PRODUCER_FENCED, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH}) {
    const auto to = transaction();
    cluster_.fail(kEndTransaction, error);
    EXPECT_HAS(error_of<TransientError>([&] { to->commit_transaction(); }),
               "another producer has taken over the transactional id 'id'");
    // It can only be destroyed.
    EXPECT_HAS(error_of<TransientError>([&] { to->check(); }), "another producer has taken over");
  }
}

TEST_F(KafkaFaultsTest, WhoWasFencedWhileWritingIsToldSo) {
  const auto to = transaction();
  cluster_.fail(kProduce, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH);
  send(*to, "b");
  EXPECT_HAS(error_of<TransientError>([&] { to->commit_transaction(); }), "another producer has taken over");
}

TEST_F(KafkaFaultsTest, OffsetsJoinATransactionWhenTheCoordinatorIsReady) {
  const auto to = transaction();
  cluster_.fail(kAddOffsets,
                {RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS});
  const KafkaOffset offset{partition_, 7};
  to->send_offsets("id", {&offset, 1});
  to->commit_transaction();
}

TEST_F(KafkaFaultsTest, OffsetsThatCannotJoinEndTheTransaction) {
  const KafkaOffset offset{partition_, 7};
  auto to = transaction();
  cluster_.fail(kAddOffsets, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED);
  EXPECT_HAS(error_of<UserError>([&] { to->send_offsets("id", {&offset, 1}); }), "cannot take offsets");
  to = transaction();
  cluster_.fail(kAddOffsets, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH);
  EXPECT_HAS(error_of<TransientError>([&] { to->send_offsets("id", {&offset, 1}); }),
             "another producer has taken over");
}

TEST_F(KafkaFaultsTest, APartitionThatCannotJoinEndsTheTransaction) {
  const auto to = producer({{"transactional.id", "id"}});
  to->init_transactions();
  to->begin_transaction();
  cluster_.fail(kAddPartitions, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
  send(*to, "a");
  EXPECT_HAS(error_of<UserError>([&] { to->commit_transaction(); }), "kafka-acls");
}

}  // namespace
}  // namespace tidemill
