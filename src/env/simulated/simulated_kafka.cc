#include "env/simulated/simulated_kafka.h"

#include "base/check.h"
#include "env/simulated/simulated_kafka_clients.h"

namespace tidemill {

std::unique_ptr<KafkaConsumer> SimulatedKafka::consumer(const KafkaProperties& properties) {
  return std::make_unique<SimulatedKafkaConsumer>(*this, properties);
}

std::unique_ptr<KafkaProducer> SimulatedKafka::producer(const KafkaProperties& properties) {
  return std::make_unique<SimulatedKafkaProducer>(*this, properties);
}

std::unique_ptr<KafkaAdmin> SimulatedKafka::admin(const KafkaProperties& properties) {
  return std::make_unique<SimulatedKafkaAdmin>(*this, properties);
}

void SimulatedKafka::create_topic(const std::string& name, int32_t partitions) {
  topics_[name].resize(static_cast<size_t>(partitions));
}

void SimulatedKafka::delete_topic(const std::string& name) { topics_.erase(name); }

void SimulatedKafka::add_partitions(const std::string& name, int32_t partitions) {
  topics_.at(name).resize(static_cast<size_t>(partitions));
}

void SimulatedKafka::append(const KafkaPartition& partition, SimulatedKafkaLog::Entry entry) {
  log(partition).append(std::move(entry));
  tell_readers();
}

std::vector<SimulatedKafkaLog>* SimulatedKafka::topic(const std::string& name) {
  const auto found = topics_.find(name);
  return found == topics_.end() ? nullptr : &found->second;
}

SimulatedKafkaLog& SimulatedKafka::log(const KafkaPartition& partition) {
  return topics_.at(partition.topic).at(static_cast<size_t>(partition.partition));
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

int64_t SimulatedKafka::group_offset(const std::string& group, const KafkaPartition& partition) const {
  const auto found = group_offsets_.find({group, partition});
  return found == group_offsets_.end() ? kNoKafkaOffset : found->second;
}

size_t SimulatedKafka::open_transactions() {
  expire_transactions();
  size_t open = 0;
  for (const auto& [id, transaction] : transactions_) open += transaction.open ? 1 : 0;
  return open;
}

void SimulatedKafka::reach() {
  expire_transactions();
  if (faults_.maybe("kafka.unreachable")) throw TransientError("Kafka at simulated: no broker can be reached");
}

void SimulatedKafka::expire_transactions() {
  const EpochMillis now = clock_.now();
  for (auto& [id, transaction] : transactions_) {
    if (!transaction.open || now - transaction.begun < transaction.timeout_ms) continue;
    end(transaction, false);
    ++transaction.epoch;  // the producer can go on no longer
  }
}

void SimulatedKafka::end(Transaction& transaction, bool committed) {
  CHECK(transaction.open);
  for (const KafkaPartition& partition : transaction.partitions) {
    std::vector<SimulatedKafkaLog>* const logs = topic(partition.topic);
    if (logs != nullptr)
      logs->at(static_cast<size_t>(partition.partition)).end_transaction(transaction.producer, committed);
  }
  if (committed)
    for (const auto& [key, offset] : transaction.offsets) group_offsets_[key] = offset;
  transaction.open = false;
  transaction.partitions.clear();
  transaction.offsets.clear();
  tell_readers();
}

void SimulatedKafka::tell_readers() {
  for (const auto& [number, wake] : readers_) wake();
}

}  // namespace tidemill
