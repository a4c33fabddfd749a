// tests/unit/kafka_faults/mock_cluster.h - the real clients of Kafka on librdkafka's cluster of mock brokers. Rule: a
// case waits by the client's own calls, which end when what they wait for is there, or at their time limit.
#pragma once
#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <array>
#include <chrono>

#include "base/error.h"
#include "env/real/real_clock.h"
#include "env/real/real_kafka_admin.h"
#include "env/real/real_kafka_consumer.h"
#include "env/real/real_kafka_producer.h"
#include "env/simulated/simulated_http_client.h"

namespace tidemill {

using std::chrono::milliseconds;

constexpr const char* kTopic = "t";
constexpr int64_t kPatienceNs = 30'000'000'000;

// Kafka's numbers of requests.
enum KafkaRequest : int16_t {
  kProduce = 0,
  kFetch = 1,
  kListOffsets = 2,
  kOffsetFetch = 9,
  kFindCoordinator = 10,
  kInitProducerId = 22,
  kAddPartitions = 24,
  kAddOffsets = 25,
  kEndTransaction = 26,
};

// Two brokers in this process, and one topic of one partition, which broker 1 leads.
class KafkaMockCluster {
 public:
  KafkaMockCluster() {
    std::array<char, 256> reason = {};
    rd_kafka_conf_t* const settings = rd_kafka_conf_new();
    rd_kafka_conf_set_log_cb(settings, [](const rd_kafka_t*, int, const char*, const char*) {});
    client_ = rd_kafka_new(RD_KAFKA_PRODUCER, settings, reason.data(), reason.size());
    cluster_ = rd_kafka_mock_cluster_new(client_, 2);
    rd_kafka_mock_topic_create(cluster_, kTopic, 1, 2);
    lead(1);
    for (const char* const kind : {"transaction", "group"}) rd_kafka_mock_coordinator_set(cluster_, kind, "id", 1);
  }
  KafkaMockCluster(const KafkaMockCluster&) = delete;
  KafkaMockCluster& operator=(const KafkaMockCluster&) = delete;
  ~KafkaMockCluster() {
    rd_kafka_mock_cluster_destroy(cluster_);
    rd_kafka_destroy(client_);
  }

  std::string servers() const { return rd_kafka_mock_cluster_bootstraps(cluster_); }
  void lead(int32_t broker) { rd_kafka_mock_partition_set_leader(cluster_, kTopic, 0, broker); }
  void down(int32_t broker = -1) { rd_kafka_mock_broker_set_down(cluster_, broker); }
  void up(int32_t broker = -1) { rd_kafka_mock_broker_set_up(cluster_, broker); }
  void answer_after(int milliseconds) { rd_kafka_mock_broker_set_rtt(cluster_, -1, milliseconds); }
  // The topic has been deleted.
  void remove_topic() {
    rd_kafka_mock_topic_set_error(cluster_, kTopic, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
    fail(kFetch, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, 100);
  }
  // The next requests of a kind fail with these errors, in turn.
  void fail(KafkaRequest request, const std::vector<rd_kafka_resp_err_t>& errors) {
    rd_kafka_mock_push_request_errors_array(cluster_, request, errors.size(), errors.data());
  }
  void fail(KafkaRequest request, rd_kafka_resp_err_t error, size_t times = 1) {
    fail(request, std::vector<rd_kafka_resp_err_t>(times, error));
  }

 private:
  rd_kafka_t* client_;
  rd_kafka_mock_cluster_t* cluster_;
};

class KafkaFaultsTest : public testing::Test {
 protected:
  KafkaProperties properties(KafkaProperties more = {}) const {
    more.emplace("bootstrap.servers", cluster_.servers());
    more.emplace("socket.timeout.ms", "2000");
    more.emplace("reconnect.backoff.ms", "20");
    more.emplace("reconnect.backoff.max.ms", "50");
    return more;
  }
  std::unique_ptr<RealKafkaProducer> producer(KafkaProperties more = {}, milliseconds limit = milliseconds(20'000)) {
    more.emplace("enable.idempotence", "true");
    more.emplace("retry.backoff.ms", "20");
    return std::make_unique<RealKafkaProducer>(properties(std::move(more)), http_, limit);
  }
  // Returns one with an open transaction.
  std::unique_ptr<RealKafkaProducer> transaction(milliseconds limit = milliseconds(20'000)) {
    auto made = producer({{"transactional.id", "id"}}, limit);
    made->init_transactions();
    made->begin_transaction();
    send(*made, "a");
    made->flush();
    return made;
  }
  std::unique_ptr<RealKafkaConsumer> consumer() {
    auto made = std::make_unique<RealKafkaConsumer>(properties({{"group.id", "id"},
                                                                {"enable.partition.eof", "true"},
                                                                {"auto.offset.reset", "error"},
                                                                {"isolation.level", "read_uncommitted"},
                                                                {"fetch.wait.max.ms", "50"},
                                                                {"topic.metadata.propagation.max.ms", "200"},
                                                                {"fetch.error.backoff.ms", "20"}}),
                                                    http_);
    made->add(partition_, 0, [] {});
    return made;
  }
  std::unique_ptr<RealKafkaAdmin> admin(const std::string& limit_ms = "2000") {
    return std::make_unique<RealKafkaAdmin>(properties({{"group.id", "id"}, {"socket.timeout.ms", limit_ms}}), http_);
  }

  static void send(KafkaProducer& to, std::string_view value) {
    KafkaOutgoing message;
    message.topic = kTopic;
    message.partition = 0;
    message.value = value;
    ASSERT_TRUE(to.send(message));
  }
  void write(std::string_view value) {
    const auto to = producer();
    send(*to, value);
    to->flush();
  }
  // Calls fetch() until there are `count` values, or `until` holds.
  std::vector<std::string> read(
      KafkaConsumer& from, size_t count, const std::function<bool()>& until = [] { return false; }) {
    std::vector<std::string> values;
    const int64_t begun = clock_.monotonic_ns();
    while (values.size() < count && !until()) {
      for (const KafkaMessage& message : from.fetch(partition_, 100).messages) values.emplace_back(message.value);
      if (clock_.monotonic_ns() - begun < kPatienceNs) continue;
      ADD_FAILURE() << "nothing new after 30 s: " << from.problem();
      break;
    }
    return values;
  }

  using Values = std::vector<std::string>;

  KafkaMockCluster cluster_;
  SimulatedHttpClient http_;
  RealClock clock_;
  const KafkaPartition partition_{kTopic, 0};
};

// Returns the text of the error that a call throws, which has this class; and the hint of one that the user can mend.
template <class Error, class Call>
std::string error_of(Call&& call) {
  try {
    call();
  } catch (const UserError& error) {
    EXPECT_TRUE((std::is_same_v<Error, UserError>)) << error.what();
    return fmt::format("{} | {}", error.what(), error.hint());
  } catch (const KafkaOutcomeUnknown& error) {
    EXPECT_TRUE((std::is_same_v<Error, KafkaOutcomeUnknown>)) << error.what();
    return error.what();
  } catch (const TransientError& error) {
    EXPECT_TRUE((std::is_same_v<Error, TransientError>)) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "no error";
  return "";
}

#define EXPECT_HAS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

}  // namespace tidemill
