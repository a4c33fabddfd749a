#include "env/real/real_kafka_admin.h"

#include <algorithm>
#include <array>

#include "env/kafka_settings.h"

namespace tidemill {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLimit(15'000);  // of a call, where request.timeout.ms does not say

constexpr milliseconds kPollStep(100);
constexpr milliseconds kMakingLimit(5'000);    // within which a topic that was made is known to all
constexpr milliseconds kQuestionLimit(1'000);  // the least that a question is waited for, before it is asked again
constexpr int kQuestions = 5;                  // in the limit of a call

struct MetadataDelete {
  void operator()(const rd_kafka_metadata_t* metadata) const { rd_kafka_metadata_destroy(metadata); }
};
using Metadata = std::unique_ptr<const rd_kafka_metadata_t, MetadataDelete>;

struct MessageDelete {
  void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
};
using Message = std::unique_ptr<rd_kafka_message_t, MessageDelete>;

struct EventDelete {
  void operator()(rd_kafka_event_t* event) const { rd_kafka_event_destroy(event); }
};
struct QueueDelete {
  void operator()(rd_kafka_queue_t* queue) const { rd_kafka_queue_destroy(queue); }
};
using Event = std::unique_ptr<rd_kafka_event_t, EventDelete>;
using Queue = std::unique_ptr<rd_kafka_queue_t, QueueDelete>;

// Waits for the answer to an admin request; null: none came in time.
Event answer(rd_kafka_queue_t* queue, milliseconds limit) {
  return Event(rd_kafka_queue_poll(queue, static_cast<int>(limit.count())));
}

// A partition has another leader, or none yet, or one that is gone without anybody having noticed: soon it has one.
bool leader_moves(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR__TIMED_OUT || error == RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION ||
         error == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE || error == RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE ||
         error == RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE || error == RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR ||
         error == RD_KAFKA_RESP_ERR__TRANSPORT;
}

// The topic is not there, or so young that the client, or the broker it asks, does not know it yet.
bool is_unknown(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION || error == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
         error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
}

// The time in which a call gives up: less than the client's own, whose answer would come too late.
KafkaProperties admin_properties(KafkaProperties properties) {
  properties["enable.auto.commit"] = "false";
  if (!properties.contains("group.id")) properties["group.id"] = "tidemill";  // a consumer has one, if it joins none
  return properties;
}

// A group whose members share out its partitions takes offsets of members only.
bool has_members(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID || error == RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION ||
         error == RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS;
}

}  // namespace

RealKafkaAdmin::RealKafkaAdmin(const KafkaProperties& properties, HttpClient& http)
    : properties_(admin_properties(properties)),
      http_(http),
      handle_(RD_KAFKA_CONSUMER, properties_, http),
      limit_(kafka_setting(properties, "socket.timeout.ms", kLimit.count())) {}

void RealKafkaAdmin::fail(std::string_view what, rd_kafka_resp_err_t error, std::string_view reason) {
  rd_kafka_poll(handle_.get(), 0);
  handle_.condition().fail(
      what, error, reason,
      error == RD_KAFKA_RESP_ERR__TRANSPORT || error == RD_KAFKA_RESP_ERR__TIMED_OUT ? limit_ : milliseconds(0));
}

std::vector<KafkaTopic> RealKafkaAdmin::all_topics() {
  const rd_kafka_metadata_t* raw = nullptr;
  const rd_kafka_resp_err_t error = rd_kafka_metadata(handle_.get(), 1, nullptr, &raw, limit_ms());
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) fail("the topics cannot be listed", error, rd_kafka_err2str(error));
  const Metadata metadata(raw);
  std::vector<KafkaTopic> topics;
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    const rd_kafka_metadata_topic_t& topic = metadata->topics[i];
    const bool internal = std::string_view(topic.topic).starts_with("__");
    if (topic.err == RD_KAFKA_RESP_ERR_NO_ERROR && !internal) topics.push_back({topic.topic, topic.partition_cnt});
  }
  std::ranges::sort(topics, {}, &KafkaTopic::name);
  return topics;
}

std::optional<KafkaTopic> RealKafkaAdmin::topic(const std::string& name) {
  // Asked for by name, a topic would be made where the cluster makes topics by itself.
  for (KafkaTopic& topic : all_topics())
    if (topic.name == name) return std::move(topic);
  if (!name.starts_with("__")) return std::nullopt;
  rd_kafka_topic_t* const handle = rd_kafka_topic_new(handle_.get(), name.c_str(), nullptr);
  const rd_kafka_metadata_t* raw = nullptr;
  const rd_kafka_resp_err_t error = rd_kafka_metadata(handle_.get(), 0, handle, &raw, limit_ms());
  rd_kafka_topic_destroy(handle);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
    fail(fmt::format("topic '{}' cannot be looked up", name), error, rd_kafka_err2str(error));
  const Metadata metadata(raw);
  if (metadata->topic_cnt == 0 || metadata->topics[0].err != RD_KAFKA_RESP_ERR_NO_ERROR) return std::nullopt;
  return KafkaTopic{name, metadata->topics[0].partition_cnt};
}

// One request to each leader, however many partitions there are. The protocol takes the numbers of the beginning and of
// the end in place of a time.
std::vector<int64_t> RealKafkaAdmin::offsets_at(std::span<const KafkaPartition> partitions, int64_t time) {
  // A question to a broker that is gone is answered by nobody, and the client does not ask the next one by itself.
  const milliseconds limit_each = std::min(limit_, std::max(limit_ / kQuestions, kQuestionLimit));
  const auto begin = std::chrono::steady_clock::now();
  while (true) {
    KafkaPartitionList list(partitions.size());
    for (const KafkaPartition& partition : partitions) list.add(partition, time);
    rd_kafka_resp_err_t error =
        rd_kafka_offsets_for_times(handle_.get(), list.get(), static_cast<int>(limit_each.count()));
    std::vector<int64_t> offsets;
    size_t failed = 0;
    for (size_t i = 0; i < partitions.size(); ++i) {
      offsets.push_back(list[i].offset);
      if (error != RD_KAFKA_RESP_ERR_NO_ERROR || list[i].err == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
      error = list[i].err;
      failed = i;
    }
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return offsets;
    const milliseconds limit = is_unknown(error) ? std::min(limit_, kMakingLimit) : limit_;
    const bool passes = leader_moves(error) || is_unknown(error);
    if (!passes || std::chrono::steady_clock::now() >= begin + limit)
      fail(fmt::format("offsets of partition {} cannot be read", to_text(partitions[failed])), error,
           rd_kafka_err2str(error));
    // The client asks who leads when it is told that somebody else does.
    rd_kafka_poll(handle_.get(), static_cast<int>(kPollStep.count()));
    all_topics();
  }
}

std::vector<int64_t> RealKafkaAdmin::offsets(std::span<const KafkaPartition> partitions, KafkaOffsetOf of,
                                             EpochMillis timestamp) {
  if (partitions.empty()) return {};
  if (of == KafkaOffsetOf::kEarliest) return offsets_at(partitions, RD_KAFKA_OFFSET_BEGINNING);
  const std::vector<int64_t> ends = offsets_at(partitions, RD_KAFKA_OFFSET_END);
  if (of == KafkaOffsetOf::kLatest) return ends;
  std::vector<int64_t> offsets = offsets_at(partitions, timestamp);
  for (size_t i = 0; i < partitions.size(); ++i)
    if (offsets[i] < 0) offsets[i] = ends[i];  // there is nothing from that time on
  return offsets;
}

std::vector<int64_t> RealKafkaAdmin::committed(std::span<const KafkaPartition> partitions) {
  KafkaPartitionList list(partitions.size());
  for (const KafkaPartition& partition : partitions) list.add(partition, RD_KAFKA_OFFSET_INVALID);
  const rd_kafka_resp_err_t error = rd_kafka_committed(handle_.get(), list.get(), limit_ms());
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
    fail("the offsets of the group cannot be read", error, rd_kafka_err2str(error));
  std::vector<int64_t> offsets;
  for (size_t i = 0; i < partitions.size(); ++i)
    offsets.push_back(list[i].offset < 0 ? kNoKafkaOffset : list[i].offset);
  return offsets;
}

void RealKafkaAdmin::commit(std::span<const KafkaOffset> offsets) {
  KafkaPartitionList list(offsets.size());
  for (const KafkaOffset& offset : offsets) list.add(offset.partition, offset.offset);
  const rd_kafka_resp_err_t error = rd_kafka_commit(handle_.get(), list.get(), 0);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
    fail(fmt::format("the offsets of group '{}' cannot be committed{}", properties_.at("group.id"),
                     has_members(error) ? ", since other consumers are members of it and have a say in them; give "
                                          "the table a 'properties.group.id' of its own"
                                        : ""),
         error, rd_kafka_err2str(error));
}

void RealKafkaAdmin::create_topic(const std::string& name, int32_t partitions, int32_t replication,
                                  const std::map<std::string, std::string>& config) {
  std::array<char, 512> reason = {};
  rd_kafka_NewTopic_t* topic =
      rd_kafka_NewTopic_new(name.c_str(), partitions, replication, reason.data(), reason.size());
  if (topic == nullptr) throw UserError(fmt::format("Topic '{}' cannot be made: {}", name, reason.data()));
  for (const auto& [key, value] : config) rd_kafka_NewTopic_set_config(topic, key.c_str(), value.c_str());
  const Queue queue(rd_kafka_queue_new(handle_.get()));
  rd_kafka_CreateTopics(handle_.get(), &topic, 1, nullptr, queue.get());
  const Event event = answer(queue.get(), limit_);
  rd_kafka_NewTopic_destroy(topic);
  const std::string what = fmt::format("topic '{}' cannot be made", name);
  if (!event) fail(what, RD_KAFKA_RESP_ERR__TIMED_OUT, "no answer");
  rd_kafka_resp_err_t error = rd_kafka_event_error(event.get());
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) fail(what, error, rd_kafka_event_error_string(event.get()));
  size_t count = 0;
  const rd_kafka_topic_result_t** const results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count);
  if (count == 0) return;
  error = rd_kafka_topic_result_error(results[0]);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR || error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) return;
  const char* const text = rd_kafka_topic_result_error_string(results[0]);
  fail(what, error, text == nullptr ? rd_kafka_err2str(error) : text);
}

// The beginning is asked for by `offsets`, whose connection is there: the reader would ask half a second later. At the
// end the broker would wait for more as long, unless told otherwise.
std::vector<KafkaKeyValue> RealKafkaAdmin::read_all(const KafkaPartition& partition) {
  const int64_t begin = offsets({&partition, 1}, KafkaOffsetOf::kEarliest, 0).front();
  KafkaProperties properties = properties_;
  properties["isolation.level"] = "read_committed";
  properties["enable.partition.eof"] = "true";
  properties["auto.offset.reset"] = "earliest";
  properties["fetch.wait.max.ms"] = "10";
  const KafkaHandle reader(RD_KAFKA_CONSUMER, properties, http_);
  rd_kafka_poll_set_consumer(reader.get());
  KafkaPartitionList list(1);
  list.add(partition, begin);
  rd_kafka_assign(reader.get(), list.get());
  std::vector<KafkaKeyValue> read;
  for (milliseconds waited(0); waited < limit_; waited += kPollStep) {
    const Message message(rd_kafka_consumer_poll(reader.get(), static_cast<int>(kPollStep.count())));
    if (!message) continue;
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      rd_kafka_consumer_close(reader.get());
      return read;
    }
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) continue;  // the client tries again
    waited = milliseconds(0);
    if (message->payload == nullptr) continue;
    read.push_back({std::string(static_cast<const char*>(message->key), message->key_len),
                    std::string(static_cast<const char*>(message->payload), message->len)});
  }
  reader.condition().fail(fmt::format("partition {} cannot be read to its end", to_text(partition)),
                          RD_KAFKA_RESP_ERR__TIMED_OUT, "no answer", limit_);
}

std::optional<std::string> RealKafkaAdmin::broker_setting(const std::string& name) {
  const rd_kafka_metadata_t* raw = nullptr;
  rd_kafka_resp_err_t error = rd_kafka_metadata(handle_.get(), 0, nullptr, &raw, limit_ms());
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) fail("the brokers cannot be listed", error, rd_kafka_err2str(error));
  const Metadata metadata(raw);
  if (metadata->broker_cnt == 0) return std::nullopt;
  const std::string broker = std::to_string(metadata->brokers[0].id);
  rd_kafka_ConfigResource_t* resource = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_BROKER, broker.c_str());
  const Queue queue(rd_kafka_queue_new(handle_.get()));
  rd_kafka_DescribeConfigs(handle_.get(), &resource, 1, nullptr, queue.get());
  const Event event = answer(queue.get(), limit_);
  rd_kafka_ConfigResource_destroy(resource);
  if (!event || rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) return std::nullopt;
  size_t count = 0;
  const rd_kafka_ConfigResource_t** const resources =
      rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event.get()), &count);
  if (count == 0 || rd_kafka_ConfigResource_error(resources[0]) != RD_KAFKA_RESP_ERR_NO_ERROR) return std::nullopt;
  size_t entries = 0;
  const rd_kafka_ConfigEntry_t** const settings = rd_kafka_ConfigResource_configs(resources[0], &entries);
  for (size_t i = 0; i < entries; ++i)
    if (rd_kafka_ConfigEntry_name(settings[i]) == name && rd_kafka_ConfigEntry_value(settings[i]) != nullptr)
      return rd_kafka_ConfigEntry_value(settings[i]);
  return std::nullopt;
}

}  // namespace tidemill
