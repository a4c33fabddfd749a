#include "env/simulated/simulated_kafka.h"

#include "base/check.h"
#include "env/simulated/simulated_kafka_clients.h"

namespace tidemill {

void SimulatedKafkaCluster::reach() {
  expire_transactions();
  if (faults_.maybe("kafka.unreachable")) throw TransientError("Kafka at simulated: no broker can be reached");
}

void SimulatedKafkaCluster::create_topic(const std::string& name, int32_t partitions) {
  topics_[name].resize(static_cast<size_t>(partitions));
}

SimulatedKafkaLog* SimulatedKafkaCluster::find_log(const KafkaPartition& partition) {
  const auto found = topics_.find(partition.topic);
  const auto number = static_cast<size_t>(partition.partition);
  return found == topics_.end() || number >= found->second.size() ? nullptr : &found->second[number];
}

void SimulatedKafkaCluster::append(const KafkaPartition& partition, SimulatedKafkaLog::Entry entry) {
  SimulatedKafkaLog* const log = find_log(partition);
  CHECK(log != nullptr);
  log->append(std::move(entry));
  wake_readers();
}

SimulatedKafkaCluster::Transaction& SimulatedKafkaCluster::transaction(const std::string& id) {
  Transaction& transaction = transactions_[id];
  if (transaction.producer == 0) transaction.producer = next_producer_++;
  return transaction;
}

void SimulatedKafkaCluster::expire_transactions() {
  for (auto& [id, transaction] : transactions_) {
    if (!transaction.open || now() - transaction.begun < transaction.timeout_ms) continue;
    end(transaction, false);
    ++transaction.epoch;  // the producer can go on no longer
  }
}

void SimulatedKafkaCluster::end(Transaction& transaction, bool committed) {
  CHECK(transaction.open);
  for (const KafkaPartition& partition : transaction.partitions)
    if (SimulatedKafkaLog* const log = find_log(partition)) log->end_transaction(transaction.producer, committed);
  if (committed)
    for (const auto& [key, offset] : transaction.offsets) group_offsets_[key] = offset;
  transaction.open = false;
  transaction.partitions.clear();
  transaction.offsets.clear();
  wake_readers();
}

int64_t SimulatedKafkaCluster::group_offset(const std::string& group, const KafkaPartition& partition) const {
  const auto found = group_offsets_.find({group, partition});
  return found == group_offsets_.end() ? kNoKafkaOffset : found->second;
}

void SimulatedKafkaCluster::set_group_offset(const std::string& group, const KafkaPartition& partition,
                                             int64_t offset) {
  group_offsets_[{group, partition}] = offset;
}

const std::string* SimulatedKafkaCluster::broker_setting(const std::string& name) const {
  const auto found = broker_settings_.find(name);
  return found == broker_settings_.end() ? nullptr : &found->second;
}

int64_t SimulatedKafkaCluster::add_reader(std::function<void()> wake) {
  readers_[next_reader_] = std::move(wake);
  return next_reader_++;
}

void SimulatedKafkaCluster::wake_readers() {
  for (const auto& [number, wake] : readers_) wake();
}

std::unique_ptr<KafkaConsumer> SimulatedKafka::consumer(const KafkaProperties& properties) {
  return std::make_unique<SimulatedKafkaConsumer>(cluster_, properties);
}

std::unique_ptr<KafkaProducer> SimulatedKafka::producer(const KafkaProperties& properties) {
  return std::make_unique<SimulatedKafkaProducer>(cluster_, properties);
}

std::unique_ptr<KafkaAdmin> SimulatedKafka::admin(const KafkaProperties& properties) {
  return std::make_unique<SimulatedKafkaAdmin>(cluster_, properties);
}

SimulatedKafkaLog& SimulatedKafka::log(const KafkaPartition& partition) {
  SimulatedKafkaLog* const found = cluster_.find_log(partition);
  CHECK(found != nullptr);
  return *found;
}

std::vector<std::string> SimulatedKafka::committed_values(const KafkaPartition& partition) {
  std::vector<std::string> values;
  const SimulatedKafkaLog& from = log(partition);
  for (int64_t offset = from.begin(); offset < from.stable_end(); ++offset) {
    const SimulatedKafkaLog::Entry& entry = from.at(offset);
    if (entry.state == SimulatedKafkaLog::State::kPlain || entry.state == SimulatedKafkaLog::State::kCommitted)
      values.push_back(entry.value);
  }
  return values;
}

size_t SimulatedKafka::open_transactions() {
  cluster_.expire_transactions();
  size_t open = 0;
  for (const auto& [id, transaction] : cluster_.transactions()) open += transaction.open ? 1 : 0;
  return open;
}

}  // namespace tidemill
