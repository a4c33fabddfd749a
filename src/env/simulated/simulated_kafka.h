// env/simulated/simulated_kafka.h - a Kafka cluster in memory. Rule: what a broker promises and no more: transactions
// with fencing and time limits, read_committed up to the first open one, offsets of groups; and by faults, what a
// network makes of it.
//
// Faults by name: "kafka.unreachable" (a call of admin or producer finds no broker), "kafka.send_lost" (a message is
// not delivered), "kafka.commit_lost" (a commit has its effect, the answer is lost), "kafka.commit_late" (it has none,
// and no answer comes), "kafka.fetch_slow" (a fetch gives nothing yet).
#pragma once
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "env/clock.h"
#include "env/faults.h"
#include "env/simulated/simulated_kafka_log.h"

namespace tidemill {

// The brokers, as their clients find them. One thread.
class SimulatedKafkaCluster {
 public:
  struct Transaction {
    int64_t producer = 0;
    int16_t epoch = 0;
    bool open = false;
    EpochMillis begun = 0;
    DurationMillis timeout_ms = 0;
    std::set<KafkaPartition> partitions;
    std::map<std::pair<std::string, KafkaPartition>, int64_t> offsets;  // of groups, once it is committed
  };

  // Both are borrowed.
  SimulatedKafkaCluster(Clock& clock, Faults& faults) : clock_(clock), faults_(faults) {}

  // Throws TransientError where the network is down.
  void reach();
  bool strikes(std::string_view fault) { return faults_.maybe(fault); }
  EpochMillis now() const { return clock_.now(); }

  void create_topic(const std::string& name, int32_t partitions);
  void delete_topic(const std::string& name) { topics_.erase(name); }
  const std::map<std::string, std::vector<SimulatedKafkaLog>>& topics() const { return topics_; }
  // Returns null where there is no such topic, or it has no such partition.
  SimulatedKafkaLog* find_log(const KafkaPartition& partition);
  void append(const KafkaPartition& partition, SimulatedKafkaLog::Entry entry);

  // Returns the transaction of an id, made where there is none.
  Transaction& transaction(const std::string& id);
  const std::map<std::string, Transaction>& transactions() const { return transactions_; }
  // Aborts transactions that have been open for longer than they may.
  void expire_transactions();
  // Ends a transaction that is open.
  void end(Transaction& transaction, bool committed);

  // kNoKafkaOffset: the group has committed nothing.
  int64_t group_offset(const std::string& group, const KafkaPartition& partition) const;
  void set_group_offset(const std::string& group, const KafkaPartition& partition, int64_t offset);
  const std::string* broker_setting(const std::string& name) const;
  void set_broker_setting(const std::string& name, const std::string& value) { broker_settings_[name] = value; }

  // Calls `wake` when something was appended or ended. Returns the reader's number.
  int64_t add_reader(std::function<void()> wake);
  void remove_reader(int64_t reader) { readers_.erase(reader); }
  void wake_reader(int64_t reader) { readers_.at(reader)(); }

 private:
  void wake_readers();

  Clock& clock_;
  Faults& faults_;
  std::map<std::string, std::vector<SimulatedKafkaLog>> topics_;
  std::map<std::string, Transaction> transactions_;  // by transactional id
  std::map<std::pair<std::string, KafkaPartition>, int64_t> group_offsets_;
  std::map<std::string, std::string> broker_settings_ = {{"transaction.max.timeout.ms", "900000"}};
  std::map<int64_t, std::function<void()>> readers_;  // by number
  int64_t next_reader_ = 1;
  int64_t next_producer_ = 1;
};

class SimulatedKafka final : public KafkaClients {
 public:
  SimulatedKafka(Clock& clock, Faults& faults) : cluster_(clock, faults) {}

  std::unique_ptr<KafkaConsumer> consumer(const KafkaProperties& properties) override;
  std::unique_ptr<KafkaProducer> producer(const KafkaProperties& properties) override;
  std::unique_ptr<KafkaAdmin> admin(const KafkaProperties& properties) override;

  // For tests.
  SimulatedKafkaCluster& cluster() { return cluster_; }
  // Requires: the partition exists.
  SimulatedKafkaLog& log(const KafkaPartition& partition);
  // Returns the values that a read_committed reader finds in a partition, in order.
  std::vector<std::string> committed_values(const KafkaPartition& partition);
  size_t open_transactions();

 private:
  SimulatedKafkaCluster cluster_;
};

}  // namespace tidemill
