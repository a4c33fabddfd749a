#include "env/real/real_kafka_consumer.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "env/kafka_settings.h"

namespace tidemill {
namespace {

constexpr int64_t kMessageOverheadBytes = 200;  // that librdkafka keeps beside a message's own
constexpr int kOffsetsLimitMs = 2'000;          // for an answer that only an error's text needs
constexpr int64_t kAheadMessages = 100'000;     // librdkafka's queued.min.messages
constexpr int64_t kAheadKilobytes = 65'536;     // librdkafka's queued.max.messages.kbytes
constexpr int kBackoffVersion = 0x020200ff;     // of librdkafka, which has fetch.queue.backoff.ms from there on
constexpr const char* kBackoffMillis = "10";

KafkaProperties consumer_properties(KafkaProperties properties) {
  if (rd_kafka_version() >= kBackoffVersion) properties.emplace("fetch.queue.backoff.ms", kBackoffMillis);
  return properties;
}
// How often the client must say that a topic has gone: a broker that has just begun may not know it yet. It asks again
// every second, after the first 30 s of a consumer (topic.metadata.propagation.max.ms).
constexpr int32_t kGoneTold = 2;

KafkaTimestampType type_of(rd_kafka_timestamp_type_t type) {
  switch (type) {
    case RD_KAFKA_TIMESTAMP_CREATE_TIME:
      return KafkaTimestampType::kCreateTime;
    case RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME:
      return KafkaTimestampType::kLogAppendTime;
    default:
      return KafkaTimestampType::kNone;
  }
}

KafkaMessage message_of(const rd_kafka_message_t& from) {
  KafkaMessage message;
  message.null_key = from.key == nullptr;
  message.null_value = from.payload == nullptr;
  if (!message.null_key) message.key = {static_cast<const char*>(from.key), from.key_len};
  if (!message.null_value) message.value = {static_cast<const char*>(from.payload), from.len};
  message.offset = from.offset;
  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  message.timestamp = rd_kafka_message_timestamp(&from, &type);
  message.timestamp_type = type_of(type);
  message.handle = &from;
  return message;
}

// Takes out what a queue still holds. A client cannot be given back before: what is in the queue of a partition keeps
// the partition, where its topic has gone in the meantime, and that its broker.
void drain(rd_kafka_queue_t* queue) {
  std::array<rd_kafka_message_t*, 256> left = {};
  ssize_t count = 0;
  while ((count = rd_kafka_consume_batch_queue(queue, 0, left.data(), left.size())) > 0)
    for (ssize_t i = 0; i < count; ++i) rd_kafka_message_destroy(left[static_cast<size_t>(i)]);
}

}  // namespace

RealKafkaConsumer::RealKafkaConsumer(const KafkaProperties& properties, HttpClient& http)
    : handle_(RD_KAFKA_CONSUMER, consumer_properties(properties), http),
      ahead_messages_(kafka_setting(properties, "queued.min.messages", kAheadMessages)),
      ahead_bytes_(kafka_setting(properties, "queued.max.messages.kbytes", kAheadKilobytes) * 1024) {
  rd_kafka_poll_set_consumer(handle_.get());
  events_ = rd_kafka_queue_get_consumer(handle_.get());
  rd_kafka_queue_cb_event_enable(
      events_, [](rd_kafka_t*, void* waits) { static_cast<std::atomic<bool>*>(waits)->store(true); }, &event_waits_);
}

RealKafkaConsumer::~RealKafkaConsumer() {
  forget_messages();
  rd_kafka_queue_cb_event_enable(events_, nullptr, nullptr);
  for (const auto& [partition, fetching] : partitions_)
    rd_kafka_queue_cb_event_enable(fetching->queue, nullptr, nullptr);
  // Without it, the client may wait for messages that nobody took, until a session of a group would have run out.
  rd_kafka_consumer_close(handle_.get());
  for (const auto& [partition, fetching] : partitions_) removed_.push_back(fetching->queue);
  for (rd_kafka_queue_t* const queue : removed_) {
    drain(queue);
    rd_kafka_queue_destroy(queue);
  }
  rd_kafka_queue_destroy(events_);
}

void RealKafkaConsumer::add(const KafkaPartition& partition, int64_t offset, std::function<void()> wake) {
  CHECK(offset >= 0 && !partitions_.contains(partition));
  auto fetching = std::make_unique<Fetching>();
  fetching->wake = std::move(wake);
  fetching->next = offset;
  fetching->queue = rd_kafka_queue_get_partition(handle_.get(), partition.topic.c_str(), partition.partition);
  CHECK(fetching->queue != nullptr);
  // Before it is assigned: from then on its messages stay in a queue of their own.
  rd_kafka_queue_forward(fetching->queue, nullptr);
  rd_kafka_queue_cb_event_enable(
      fetching->queue, [](rd_kafka_t*, void* self) { static_cast<Fetching*>(self)->wake(); }, fetching.get());
  partitions_.emplace(partition, std::move(fetching));
  KafkaPartitionList list(1);
  list.add(partition, offset);
  rd_kafka_error_t* const error = rd_kafka_incremental_assign(handle_.get(), list.get());
  if (error == nullptr) return;
  const std::string reason = rd_kafka_error_string(error);
  const rd_kafka_resp_err_t code = rd_kafka_error_code(error);
  rd_kafka_error_destroy(error);
  handle_.condition().fail(fmt::format("partition {} cannot be read", to_text(partition)), code, reason);
}

void RealKafkaConsumer::remove(const KafkaPartition& partition) {
  const auto found = partitions_.find(partition);
  CHECK(found != partitions_.end());
  KafkaPartitionList list(1);
  list.add(partition, RD_KAFKA_OFFSET_INVALID);
  if (rd_kafka_error_t* const error = rd_kafka_incremental_unassign(handle_.get(), list.get()))
    rd_kafka_error_destroy(error);  // it is not read from here on in any case
  rd_kafka_queue_cb_event_enable(found->second->queue, nullptr, nullptr);
  removed_.push_back(found->second->queue);
  partitions_.erase(found);
}

RealKafkaConsumer::Fetching& RealKafkaConsumer::get(const KafkaPartition& partition) {
  const auto found = partitions_.find(partition);
  CHECK_MSG(found != partitions_.end(), "partition {} was not added", to_text(partition));
  return *found->second;
}

void RealKafkaConsumer::forget_messages() {
  for (rd_kafka_message_t* const message : taken_) rd_kafka_message_destroy(message);
  taken_.clear();
  messages_.clear();
}

// Errors of the client, and of partitions that it could not begin with, come by its own queue.
void RealKafkaConsumer::serve_events() {
  if (!event_waits_.exchange(false)) return;
  while (rd_kafka_message_t* const event = rd_kafka_consumer_poll(handle_.get(), 0)) {
    const rd_kafka_resp_err_t error = event->err;
    const std::string reason = rd_kafka_message_errstr(event);
    rd_kafka_message_destroy(event);
    const bool over = error == RD_KAFKA_RESP_ERR__TRANSPORT || error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN ||
                      error == RD_KAFKA_RESP_ERR__RESOLVE;
    if (!over) handle_.condition().fail("a topic cannot be read", error, reason);
  }
}

KafkaFetched RealKafkaConsumer::fetch(const KafkaPartition& partition, int32_t max_messages) {
  serve_events();
  forget_messages();
  Fetching& fetching = get(partition);
  taken_.resize(static_cast<size_t>(max_messages));
  const int64_t topic_errors = handle_.condition().topic_errors();
  const ssize_t count = rd_kafka_consume_batch_queue(fetching.queue, 0, taken_.data(), taken_.size());
  taken_.resize(static_cast<size_t>(std::max<ssize_t>(count, 0)));
  KafkaFetched fetched;
  for (const rd_kafka_message_t* const message : taken_) {
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      take_event(partition, fetching, *message, fetched);
      continue;
    }
    messages_.push_back(message_of(*message));
    bytes_seen_ += static_cast<int64_t>(message->len + message->key_len);
    fetching.next = message->offset + 1;
    fetching.at_end = false;
    fetched.end = kNoKafkaOffset;
  }
  messages_seen_ += static_cast<int64_t>(messages_.size());
  keep_fetching(partition, fetching, messages_.size());
  fetched.messages = messages_;
  if (!messages_.empty()) {
    handle_.condition().all_is_well();
    fetching.gone_told = 0;
  } else if (handle_.condition().topic_errors() != topic_errors && ++fetching.gone_told >= kGoneTold) {
    handle_.condition().fail(fmt::format("partition {} cannot be read", to_text(partition)),
                             RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, "its topic has gone");
  }
  return fetched;
}

// Where the queues of a broker's partitions are all full, a librdkafka before 2.2 looks only once a second whether they
// still are. Any request wakes its thread: this one's answer goes nowhere.
void RealKafkaConsumer::keep_fetching(const KafkaPartition& partition, Fetching& fetching, size_t taken) {
  if (rd_kafka_version() >= kBackoffVersion || messages_seen_ == 0) return;
  const int64_t message_bytes = std::max<int64_t>(bytes_seen_ / messages_seen_, 1);
  const int64_t half = std::min(ahead_messages_, ahead_bytes_ / message_bytes) / 2;
  const auto waiting = static_cast<int64_t>(rd_kafka_queue_length(fetching.queue));
  if (waiting > half) {
    fetching.ample = true;
    return;
  }
  const bool was_ample = std::exchange(fetching.ample, false) || waiting + static_cast<int64_t>(taken) > half;
  if (!was_ample) return;
  KafkaPartitionList list(1);
  list.add(partition, RD_KAFKA_OFFSET_BEGINNING);
  rd_kafka_offsets_for_times(handle_.get(), list.get(), 0);
}

// The client itself may know nothing of the partition yet, or what was there before messages were removed: the brokers
// are asked. That may take a moment, in which nothing is lost: the reading ends here.
std::string RealKafkaConsumer::offsets_text(const KafkaPartition& partition) const {
  int64_t low = 0;
  int64_t high = 0;
  const rd_kafka_resp_err_t error = rd_kafka_query_watermark_offsets(handle_.get(), partition.topic.c_str(),
                                                                     partition.partition, &low, &high, kOffsetsLimitMs);
  return error == RD_KAFKA_RESP_ERR_NO_ERROR ? fmt::format("; it holds {} to {}", low, high) : "";
}

void RealKafkaConsumer::take_event(const KafkaPartition& partition, Fetching& fetching, const rd_kafka_message_t& event,
                                   KafkaFetched& fetched) {
  switch (event.err) {
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
      fetched.end = event.offset;
      fetching.next = event.offset;
      fetching.at_end = true;
      handle_.condition().all_is_well();
      return;
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE: {
      throw UserError(
          fmt::format("Kafka at {}: partition {} has no offset {}{}", handle_.condition().servers(), to_text(partition),
                      fetching.next.load(), offsets_text(partition)),
          "Its messages were removed before they were read (retention), or the topic was deleted and made again. "
          "Begin anew where 'scan.startup.mode' says: with --fresh, or with another checkpoint directory.");
    }
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__RESOLVE:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
      return;  // the client goes on trying
    default:
      handle_.condition().fail(fmt::format("partition {} cannot be read", to_text(partition)), event.err,
                               rd_kafka_message_errstr(&event));
  }
}

void RealKafkaConsumer::headers(const KafkaMessage& message, std::vector<KafkaHeader>& out) const {
  rd_kafka_headers_t* list = nullptr;
  const auto* const from = static_cast<const rd_kafka_message_t*>(message.handle);
  if (rd_kafka_message_headers(from, &list) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  const char* name = nullptr;
  const void* value = nullptr;
  size_t bytes = 0;
  for (size_t i = 0; rd_kafka_header_get_all(list, i, &name, &value, &bytes) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i)
    out.push_back({name, {static_cast<const char*>(value), value == nullptr ? 0 : bytes}, value == nullptr});
}

std::optional<int64_t> RealKafkaConsumer::lag(const KafkaPartition& partition) const {
  const auto found = partitions_.find(partition);
  if (found == partitions_.end()) return std::nullopt;
  int64_t low = 0;
  int64_t high = 0;
  const rd_kafka_resp_err_t error =
      rd_kafka_get_watermark_offsets(handle_.get(), partition.topic.c_str(), partition.partition, &low, &high);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR || high < 0) return std::nullopt;
  return std::max<int64_t>(high - found->second->next.load(), 0);
}

int64_t RealKafkaConsumer::held_back(const KafkaPartition& partition) const {
  const auto found = partitions_.find(partition);
  // The end is that of what may be seen; what lies between it and the last offset is not.
  if (found == partitions_.end() || !found->second->at_end || rd_kafka_queue_length(found->second->queue) > 0) return 0;
  return lag(partition).value_or(0);
}

size_t RealKafkaConsumer::memory_bytes() const {
  int64_t waiting = static_cast<int64_t>(taken_.size());
  for (const auto& [partition, fetching] : partitions_)
    waiting += static_cast<int64_t>(rd_kafka_queue_length(fetching->queue));
  const int64_t bytes = messages_seen_ == 0 ? 0 : bytes_seen_ / messages_seen_;
  return static_cast<size_t>(waiting * (bytes + kMessageOverheadBytes));
}

}  // namespace tidemill
