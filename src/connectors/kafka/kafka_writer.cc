#include "connectors/kafka/kafka_writer.h"

#include "base/check.h"
#include "base/error.h"

namespace tidemill {
namespace {

std::unique_ptr<MessageOutput> output_of(const KafkaSinkSettings& settings, Environment& environment,
                                         const Subtask& subtask) {
  if (settings.guarantee != DeliveryGuarantee::kExactlyOnce)
    return make_plain_output(environment, settings.properties, settings.guarantee == DeliveryGuarantee::kAtLeastOnce);
  auto transaction = std::dynamic_pointer_cast<KafkaTransaction>(subtask.transaction);
  CHECK_MSG(transaction != nullptr, "sink of {} has no transaction", settings.table);
  return make_transaction_output(std::move(transaction));
}

}  // namespace

KafkaWriter::KafkaWriter(const KafkaSinkSettings& settings, Environment& environment, const Subtask& subtask)
    : settings_(settings),
      environment_(environment),
      subtask_(subtask.index),
      output_(output_of(settings, environment, subtask)),
      encoder_(settings, environment),
      partitions_(std::make_shared<std::atomic<int32_t>>(0)) {
  std::function<void()> work = preparation();
  prepared_ = !work;
  if (work) preparing_.start(environment.executor, std::move(work), {});
}

std::function<void()> KafkaWriter::preparation() {
  std::function<void()> of_formats = encoder_.wanted();
  if (settings_.partitioner == SinkPartitioner::kDefault) return of_formats;
  return [of_formats, partitions = partitions_, topic = settings_.topic, table = settings_.table,
          properties = settings_.admin_properties, kafka = &environment_.kafka] {
    if (of_formats) of_formats();
    const std::optional<KafkaTopic> found = kafka->admin(properties)->topic(topic);
    if (!found)
      throw UserError(fmt::format("Table '{}': there is no topic '{}'", table, topic),
                      "Make it first: 'sink.partitioner' needs to know how many partitions it has.");
    partitions->store(found->partitions);
  };
}

bool KafkaWriter::ready() {
  if (preparing_.pending()) return false;
  if (!prepared_) {
    prepared_ = true;
    take_early();
  }
  KafkaProducer& producer = output_->producer();
  producer.check();
  return send_waiting(producer) && limit_.allows(output_->memory_bytes(), environment_.clock.monotonic_ns());
}

void KafkaWriter::write(const Batch& batch) { prepared_ ? encode(batch) : early_.push_back(batch); }

void KafkaWriter::take_early() {
  for (const Batch& batch : std::exchange(early_, {})) encode(batch);
}

void KafkaWriter::encode(const Batch& batch) {
  const bool buffers = settings_.flush_rows > 0;
  encoder_.begin(batch);
  for (int32_t row = 0; row < batch.num_rows(); ++row) {
    encoder_.encode(row, message_);
    buffers ? buffer(message_) : put(message_);
  }
  if (buffers && static_cast<int64_t>(buffered_.size()) >= settings_.flush_rows) flush();
}

void KafkaWriter::buffer(const EncodedMessage& message) {
  if (!buffered_since_) buffered_since_ = environment_.clock.now();
  const auto [place, added] = buffered_of_.emplace(message.key, buffered_.size());
  if (added) {
    buffered_.push_back(message);
  } else {
    buffered_bytes_ -= buffered_[place->second].memory_bytes();
    buffered_[place->second] = message;
  }
  buffered_bytes_ += message.memory_bytes();
}

void KafkaWriter::put(const EncodedMessage& message) {
  if (waiting_.empty() && send(message, output_->producer())) return;
  waiting_bytes_ += message.memory_bytes();
  waiting_.push_back(message);
}

int32_t KafkaWriter::next_partition() {
  switch (settings_.partitioner) {
    case SinkPartitioner::kDefault:
      return -1;
    case SinkPartitioner::kFixed:
      return subtask_ % partitions_->load();
    case SinkPartitioner::kRoundRobin:
      return (subtask_ + turn_++) % partitions_->load();
  }
  CHECK(false);
}

bool KafkaWriter::send(const EncodedMessage& message, KafkaProducer& producer) {
  KafkaOutgoing outgoing;
  outgoing.topic = settings_.topic;
  outgoing.partition = next_partition();
  outgoing.key = message.key;
  outgoing.null_key = message.null_key;
  outgoing.value = message.value;
  outgoing.null_value = message.null_value;
  outgoing.timestamp = message.timestamp;
  std::vector<KafkaHeader> headers;
  for (const auto& [name, value] : message.headers)
    headers.push_back({name, value ? std::string_view(*value) : std::string_view(), !value});
  outgoing.headers = headers;
  return producer.send(outgoing);
}

bool KafkaWriter::send_waiting(KafkaProducer& producer) {
  for (; !waiting_.empty(); waiting_.pop_front()) {
    if (!send(waiting_.front(), producer)) return false;
    waiting_bytes_ -= waiting_.front().memory_bytes();
  }
  return true;
}

std::optional<EpochMillis> KafkaWriter::flush_due() const {
  if (!buffered_since_ || settings_.flush_interval_ms == 0) return std::nullopt;
  return *buffered_since_ + settings_.flush_interval_ms;
}

void KafkaWriter::flush() {
  for (const EncodedMessage& message : std::exchange(buffered_, {})) put(message);
  buffered_of_.clear();
  buffered_bytes_ = 0;
  buffered_since_.reset();
}

void KafkaWriter::seal(int64_t) { output_->seal(); }

// No row is written meanwhile: all that is here was sealed.
std::vector<Committable> KafkaWriter::prepare(int64_t) {
  if (!prepared_) {
    if (const std::function<void()> work = preparation()) work();
    prepared_ = true;
  }
  KafkaProducer& producer = output_->sealed_producer();
  for (const Batch& batch : std::exchange(early_, {})) {
    encoder_.begin(batch);
    for (int32_t row = 0; row < batch.num_rows(); ++row) {
      encoder_.encode(row, message_);
      waiting_.push_back(message_);
      waiting_bytes_ += message_.memory_bytes();
    }
  }
  while (!send_waiting(producer)) producer.flush();
  output_->deliver();
  return {};
}

size_t KafkaWriter::memory_bytes() const {
  size_t bytes = waiting_bytes_ + buffered_bytes_ + output_->memory_bytes();
  for (const Batch& batch : early_) bytes += batch.memory_bytes();
  return bytes;
}

}  // namespace tidemill
