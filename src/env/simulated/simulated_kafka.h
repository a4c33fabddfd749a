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

class SimulatedKafka final : public KafkaClients {
 public:
  // Both are borrowed.
  SimulatedKafka(Clock& clock, Faults& faults) : clock_(clock), faults_(faults) {}

  std::unique_ptr<KafkaConsumer> consumer(const KafkaProperties& properties) override;
  std::unique_ptr<KafkaProducer> producer(const KafkaProperties& properties) override;
  std::unique_ptr<KafkaAdmin> admin(const KafkaProperties& properties) override;

  // For tests: the cluster itself.
  void create_topic(const std::string& name, int32_t partitions);
  void delete_topic(const std::string& name);
  void add_partitions(const std::string& name, int32_t partitions);
  void append(const KafkaPartition& partition, SimulatedKafkaLog::Entry entry);
  void set_broker_setting(const std::string& name, const std::string& value) { broker_settings_[name] = value; }
  // Requires: it exists.
  SimulatedKafkaLog& log(const KafkaPartition& partition);
  // Returns the values that a read_committed reader finds in a partition, in order.
  std::vector<std::string> committed_values(const KafkaPartition& partition);
  // Returns what a group has committed, kNoKafkaOffset: nothing.
  int64_t group_offset(const std::string& group, const KafkaPartition& partition) const;
  size_t open_transactions();

 private:
  friend class SimulatedKafkaConsumer;
  friend class SimulatedKafkaProducer;
  friend class SimulatedKafkaAdmin;

  struct Transaction {
    int64_t producer = 0;
    int16_t epoch = 0;
    bool open = false;
    EpochMillis begun = 0;
    DurationMillis timeout_ms = 0;
    std::set<KafkaPartition> partitions;
    std::map<std::pair<std::string, KafkaPartition>, int64_t> offsets;  // of groups, once it is committed
  };

  // Throws TransientError where the fault strikes.
  void reach();
  void expire_transactions();
  // Ends a transaction that is open.
  void end(Transaction& transaction, bool committed);
  void tell_readers();
  std::vector<SimulatedKafkaLog>* topic(const std::string& name);

  Clock& clock_;
  Faults& faults_;
  std::map<std::string, std::vector<SimulatedKafkaLog>> topics_;
  std::map<std::string, Transaction> transactions_;  // by transactional id
  std::map<std::pair<std::string, KafkaPartition>, int64_t> group_offsets_;
  std::map<std::string, std::string> broker_settings_ = {{"transaction.max.timeout.ms", "900000"}};
  std::map<int64_t, std::function<void()>> readers_;  // by number: told when something was appended or ended
  int64_t next_reader_ = 1;
  int64_t next_producer_ = 1;
};

}  // namespace tidemill
