// env/simulated/simulated_kafka_clients.h - clients of the cluster in memory. Rule: a client that goes away leaves its
// transaction open, as a process that was killed does.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "env/simulated/simulated_kafka.h"

namespace tidemill {

class SimulatedKafkaConsumer final : public KafkaConsumer {
 public:
  SimulatedKafkaConsumer(SimulatedKafkaCluster& cluster, const KafkaProperties& properties);
  ~SimulatedKafkaConsumer() override;
  void add(const KafkaPartition& partition, int64_t offset, std::function<void()> wake) override;
  void remove(const KafkaPartition& partition) override;
  KafkaFetched fetch(const KafkaPartition& partition, int32_t max_messages) override;
  void headers(const KafkaMessage& message, std::vector<KafkaHeader>& out) const override;
  std::optional<int64_t> lag(const KafkaPartition& partition) const override;
  int64_t held_back(const KafkaPartition& partition) const override;
  std::string problem() const override { return ""; }
  size_t memory_bytes() const override { return 0; }

 private:
  struct Fetching {
    int64_t next = 0;
    int64_t reader = 0;  // number at the cluster
    int64_t told_end = kNoKafkaOffset;
  };
  SimulatedKafkaCluster& cluster_;
  const bool committed_;
  std::map<KafkaPartition, Fetching> partitions_;
  std::vector<KafkaMessage> messages_;
};

class SimulatedKafkaProducer final : public KafkaProducer {
 public:
  SimulatedKafkaProducer(SimulatedKafkaCluster& cluster, const KafkaProperties& properties);
  bool send(const KafkaOutgoing& message) override;
  void check() override;
  void flush() override;
  size_t memory_bytes() const override { return 0; }
  void init_transactions() override;
  void begin_transaction() override;
  void send_offsets(const std::string& group, std::span<const KafkaOffset> offsets) override;
  void commit_transaction() override;
  void abort_transaction() override;

 private:
  // Returns the transaction. Throws where a newer producer, or the time limit, has ended it.
  SimulatedKafkaCluster::Transaction& transaction();
  // The same, open at the brokers: from its first message or offset on.
  SimulatedKafkaCluster::Transaction& opened();
  [[noreturn]] void fail(const std::string& text);

  SimulatedKafkaCluster& cluster_;
  const std::string id_;  // transactional, empty: none
  const DurationMillis timeout_ms_;
  int64_t producer_ = 0;
  int16_t epoch_ = -1;
  bool begun_ = false;
  std::string failure_;  // empty: it can go on
};

class SimulatedKafkaAdmin final : public KafkaAdmin {
 public:
  SimulatedKafkaAdmin(SimulatedKafkaCluster& cluster, const KafkaProperties& properties);
  std::vector<KafkaTopic> all_topics() override;
  std::optional<KafkaTopic> topic(const std::string& name) override;
  std::vector<int64_t> offsets(std::span<const KafkaPartition> partitions, KafkaOffsetOf of,
                               EpochMillis timestamp) override;
  std::vector<int64_t> committed(std::span<const KafkaPartition> partitions) override;
  void commit(std::span<const KafkaOffset> offsets) override;
  void create_topic(const std::string& name, int32_t partitions, int32_t replication,
                    const std::map<std::string, std::string>& config) override;
  std::vector<KafkaKeyValue> read_all(const KafkaPartition& partition) override;
  std::optional<std::string> broker_setting(const std::string& name) override;

 private:
  SimulatedKafkaCluster& cluster_;
  const bool committed_;
  const std::string group_;
};

}  // namespace tidemill
