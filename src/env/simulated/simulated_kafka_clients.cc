#include "env/simulated/simulated_kafka_clients.h"

#include "base/check.h"
#include "base/hash.h"
#include "env/kafka_settings.h"

namespace tidemill {
namespace {

using State = SimulatedKafkaLog::State;

constexpr DurationMillis kTransactionTimeoutMs = 60'000;  // as librdkafka's

bool reads_committed(const KafkaProperties& properties) {
  return kafka_setting(properties, "isolation.level", "read_committed") == "read_committed";
}

const SimulatedKafkaLog& log_of(SimulatedKafkaCluster& cluster, const KafkaPartition& partition) {
  const SimulatedKafkaLog* const log = cluster.find_log(partition);
  if (log == nullptr) throw UserError(fmt::format("Kafka at simulated: partition {} is unknown", to_text(partition)));
  return *log;
}

KafkaMessage message_of(const SimulatedKafkaLog::Entry& entry, int64_t offset) {
  KafkaMessage message;
  message.key = entry.key;
  message.value = entry.value;
  message.null_key = entry.null_key;
  message.null_value = entry.null_value;
  message.timestamp_type = KafkaTimestampType::kCreateTime;
  message.offset = offset;
  message.timestamp = entry.timestamp;
  message.handle = &entry;
  return message;
}

}  // namespace

SimulatedKafkaConsumer::SimulatedKafkaConsumer(SimulatedKafkaCluster& cluster, const KafkaProperties& properties)
    : cluster_(cluster), committed_(reads_committed(properties)) {}

SimulatedKafkaConsumer::~SimulatedKafkaConsumer() {
  for (const auto& [partition, fetching] : partitions_) cluster_.remove_reader(fetching.reader);
}

void SimulatedKafkaConsumer::add(const KafkaPartition& partition, int64_t offset, std::function<void()> wake) {
  CHECK(offset >= 0 && !partitions_.contains(partition));
  partitions_[partition] = {offset, cluster_.add_reader(std::move(wake))};
}

void SimulatedKafkaConsumer::remove(const KafkaPartition& partition) {
  cluster_.remove_reader(partitions_.at(partition).reader);
  partitions_.erase(partition);
}

KafkaFetched SimulatedKafkaConsumer::fetch(const KafkaPartition& partition, int32_t max_messages) {
  Fetching& fetching = partitions_.at(partition);
  messages_.clear();
  cluster_.expire_transactions();
  if (cluster_.strikes("kafka.fetch_slow")) {
    cluster_.wake_reader(fetching.reader);
    return {};
  }
  const SimulatedKafkaLog* const found = cluster_.find_log(partition);
  if (found == nullptr)
    throw UserError(fmt::format("Kafka at simulated: partition {} cannot be read: it is unknown", to_text(partition)));
  const SimulatedKafkaLog& log = *found;
  if (fetching.next < log.begin() || fetching.next > log.end())
    throw UserError(fmt::format("Kafka at simulated: partition {} has no offset {}; it holds {} to {}",
                                to_text(partition), fetching.next, log.begin(), log.end()));
  const int64_t end = committed_ ? log.stable_end() : log.end();
  while (fetching.next < end && messages_.size() < static_cast<size_t>(max_messages)) {
    const SimulatedKafkaLog::Entry& entry = log.at(fetching.next);
    const bool seen = entry.state != State::kControl && (!committed_ || entry.state != State::kAborted);
    if (seen) messages_.push_back(message_of(entry, fetching.next));
    ++fetching.next;
  }
  KafkaFetched fetched{messages_, kNoKafkaOffset};
  // Told once, as the real client does, and together with the last messages where they are taken to the end.
  if (fetching.next == end && std::exchange(fetching.told_end, end) != end) fetched.end = end;
  return fetched;
}

void SimulatedKafkaConsumer::headers(const KafkaMessage& message, std::vector<KafkaHeader>& out) const {
  for (const auto& [name, value] : static_cast<const SimulatedKafkaLog::Entry*>(message.handle)->headers)
    out.push_back({name, value, false});
}

std::optional<int64_t> SimulatedKafkaConsumer::lag(const KafkaPartition& partition) const {
  const SimulatedKafkaLog* const log = cluster_.find_log(partition);
  if (log == nullptr) return std::nullopt;
  return log->end() - partitions_.at(partition).next;
}

int64_t SimulatedKafkaConsumer::held_back(const KafkaPartition& partition) const {
  const SimulatedKafkaLog* const log = cluster_.find_log(partition);
  const int64_t next = partitions_.at(partition).next;
  return log != nullptr && committed_ && next == log->stable_end() ? log->end() - next : 0;
}

SimulatedKafkaProducer::SimulatedKafkaProducer(SimulatedKafkaCluster& cluster, const KafkaProperties& properties)
    : cluster_(cluster),
      id_(kafka_setting(properties, "transactional.id")),
      timeout_ms_(kafka_setting(properties, "transaction.timeout.ms", kTransactionTimeoutMs)) {}

void SimulatedKafkaProducer::fail(const std::string& text) {
  failure_ = text;
  throw TransientError(text);
}

void SimulatedKafkaProducer::check() {
  if (!failure_.empty()) throw TransientError(failure_);
}

void SimulatedKafkaProducer::flush() {
  check();
  cluster_.reach();
}

SimulatedKafkaCluster::Transaction& SimulatedKafkaProducer::transaction() {
  check();
  cluster_.expire_transactions();
  SimulatedKafkaCluster::Transaction& transaction = cluster_.transaction(id_);
  if (transaction.producer != producer_ || transaction.epoch != epoch_)
    fail(fmt::format("Kafka at simulated: another producer has taken over the transactional id '{}'", id_));
  return transaction;
}

SimulatedKafkaCluster::Transaction& SimulatedKafkaProducer::opened() {
  SimulatedKafkaCluster::Transaction& mine = transaction();
  if (!mine.open) mine.begun = cluster_.now();
  mine.open = true;
  return mine;
}

bool SimulatedKafkaProducer::send(const KafkaOutgoing& message) {
  check();
  if (cluster_.strikes("kafka.send_lost")) fail("Kafka at simulated: a message was not delivered");
  const auto topic = cluster_.topics().find(std::string(message.topic));
  if (topic == cluster_.topics().end())
    throw UserError(fmt::format("Kafka at simulated: topic '{}' is unknown", message.topic));
  const auto count = static_cast<uint64_t>(topic->second.size());
  const uint64_t spread = message.null_key ? 0 : hash_bytes(message.key.data(), message.key.size());
  const auto number = message.partition >= 0 ? message.partition : static_cast<int32_t>(spread % count);
  const KafkaPartition partition{std::string(message.topic), number};
  SimulatedKafkaLog::Entry entry;
  entry.key = message.key;
  entry.value = message.value;
  entry.null_key = message.null_key;
  entry.null_value = message.null_value;
  entry.timestamp = message.timestamp == kNoKafkaTimestamp ? cluster_.now() : message.timestamp;
  for (const KafkaHeader& header : message.headers) entry.headers.emplace_back(header.name, header.value);
  if (!id_.empty()) {
    CHECK_MSG(begun_, "a message of '{}' outside a transaction", id_);
    opened().partitions.insert(partition);
    entry.producer = producer_;
  }
  cluster_.append(partition, std::move(entry));
  return true;
}

void SimulatedKafkaProducer::init_transactions() {
  CHECK(!id_.empty() && epoch_ < 0);
  cluster_.reach();
  SimulatedKafkaCluster::Transaction& transaction = cluster_.transaction(id_);
  if (transaction.open) cluster_.end(transaction, false);
  transaction.timeout_ms = timeout_ms_;
  producer_ = transaction.producer;
  epoch_ = ++transaction.epoch;
}

void SimulatedKafkaProducer::begin_transaction() {
  CHECK(!begun_ && !transaction().open);
  begun_ = true;
}

void SimulatedKafkaProducer::send_offsets(const std::string& group, std::span<const KafkaOffset> offsets) {
  cluster_.reach();
  CHECK(begun_);
  SimulatedKafkaCluster::Transaction& open = opened();
  for (const KafkaOffset& offset : offsets) open.offsets[{group, offset.partition}] = offset.offset;
}

void SimulatedKafkaProducer::commit_transaction() {
  cluster_.reach();
  SimulatedKafkaCluster::Transaction& open = transaction();
  CHECK(begun_);
  const bool late = cluster_.strikes("kafka.commit_late");
  if (!late) {
    if (open.open) cluster_.end(open, true);
    begun_ = false;
  }
  if (late || cluster_.strikes("kafka.commit_lost")) {
    failure_ = "Kafka at simulated: a commit was not answered";
    throw KafkaOutcomeUnknown(failure_);
  }
}

void SimulatedKafkaProducer::abort_transaction() {
  cluster_.reach();
  SimulatedKafkaCluster::Transaction& mine = transaction();
  if (mine.open) cluster_.end(mine, false);
  begun_ = false;
}

SimulatedKafkaAdmin::SimulatedKafkaAdmin(SimulatedKafkaCluster& cluster, const KafkaProperties& properties)
    : cluster_(cluster), committed_(reads_committed(properties)), group_(kafka_setting(properties, "group.id")) {}

std::vector<KafkaTopic> SimulatedKafkaAdmin::all_topics() {
  cluster_.reach();
  std::vector<KafkaTopic> topics;
  for (const auto& [name, logs] : cluster_.topics())
    if (!name.starts_with("__")) topics.push_back({name, static_cast<int32_t>(logs.size())});
  return topics;
}

std::optional<KafkaTopic> SimulatedKafkaAdmin::topic(const std::string& name) {
  cluster_.reach();
  const auto found = cluster_.topics().find(name);
  if (found == cluster_.topics().end()) return std::nullopt;
  return KafkaTopic{name, static_cast<int32_t>(found->second.size())};
}

std::vector<int64_t> SimulatedKafkaAdmin::offsets(std::span<const KafkaPartition> partitions, KafkaOffsetOf of,
                                                  EpochMillis timestamp) {
  cluster_.reach();
  std::vector<int64_t> offsets;
  for (const KafkaPartition& partition : partitions) {
    const SimulatedKafkaLog& log = log_of(cluster_, partition);
    const int64_t end = committed_ ? log.stable_end() : log.end();
    int64_t offset = of == KafkaOffsetOf::kEarliest ? log.begin() : end;
    if (of == KafkaOffsetOf::kTimestamp)
      for (offset = log.begin(); offset < end; ++offset)
        if (log.at(offset).state != State::kControl && log.at(offset).timestamp >= timestamp) break;
    offsets.push_back(offset);
  }
  return offsets;
}

std::vector<int64_t> SimulatedKafkaAdmin::committed(std::span<const KafkaPartition> partitions) {
  cluster_.reach();
  std::vector<int64_t> offsets;
  for (const KafkaPartition& partition : partitions) offsets.push_back(cluster_.group_offset(group_, partition));
  return offsets;
}

void SimulatedKafkaAdmin::commit(std::span<const KafkaOffset> offsets) {
  cluster_.reach();
  for (const KafkaOffset& offset : offsets) cluster_.set_group_offset(group_, offset.partition, offset.offset);
}

void SimulatedKafkaAdmin::create_topic(const std::string& name, int32_t partitions, int32_t,
                                       const std::map<std::string, std::string>&) {
  cluster_.reach();
  if (!cluster_.topics().contains(name)) cluster_.create_topic(name, partitions < 0 ? 1 : partitions);
}

std::vector<KafkaKeyValue> SimulatedKafkaAdmin::read_all(const KafkaPartition& partition) {
  cluster_.reach();
  std::vector<KafkaKeyValue> read;
  const SimulatedKafkaLog& log = log_of(cluster_, partition);
  for (int64_t offset = log.begin(); offset < log.stable_end(); ++offset) {
    const SimulatedKafkaLog::Entry& entry = log.at(offset);
    const bool seen = entry.state == State::kPlain || entry.state == State::kCommitted;
    if (seen && !entry.null_value) read.push_back({entry.key, entry.value});
  }
  return read;
}

std::optional<std::string> SimulatedKafkaAdmin::broker_setting(const std::string& name) {
  cluster_.reach();
  const std::string* const setting = cluster_.broker_setting(name);
  return setting == nullptr ? std::nullopt : std::optional(*setting);
}

}  // namespace tidemill
