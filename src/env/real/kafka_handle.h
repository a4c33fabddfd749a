// env/real/kafka_handle.h - a client of librdkafka. Rule: it is given back on every path, and what it says of itself is
// kept in one place (kafka_condition.h).
#pragma once
#include <librdkafka/rdkafka.h>

#include <atomic>
#include <optional>
#include <string>

#include "env/http_client.h"
#include "env/kafka.h"
#include "env/real/kafka_condition.h"
#include "env/real/kafka_token.h"

namespace tidemill {

class KafkaHandle {
 public:
  // `delivered` (may be null) is called by rd_kafka_poll() and the like for messages that failed; `opaque` is its last
  // argument. `http` is borrowed: a thread of the client's asks it for tokens, where `properties` say so. Throws
  // UserError for settings that librdkafka refuses.
  using Delivered = void (*)(rd_kafka_t* client, const rd_kafka_message_t* message, void* opaque);
  KafkaHandle(rd_kafka_type_t type, KafkaProperties properties, HttpClient& http, Delivered delivered = nullptr,
              void* opaque = nullptr);
  KafkaHandle(const KafkaHandle&) = delete;
  KafkaHandle& operator=(const KafkaHandle&) = delete;
  ~KafkaHandle();

  rd_kafka_t* get() const { return client_; }
  const KafkaCondition& condition() const { return condition_; }
  KafkaCondition& condition() { return condition_; }

 private:
  static void on_error(rd_kafka_t* client, int error, const char* reason, void* opaque);
  static void on_log(const rd_kafka_t* client, int level, const char* facility, const char* text);
  static void on_token_wanted(rd_kafka_t* client, const char* config, void* opaque);
  // Asks for a token and gives it to the client, or tells it that there is none.
  void renew_token(rd_kafka_t* client);

  KafkaCondition condition_;
  HttpClient& http_;
  const std::optional<KafkaTokenSettings> token_settings_;
  std::atomic<bool> closing_ = false;
  const Delivered delivered_;
  void* const user_opaque_;
  rd_kafka_t* client_ = nullptr;
};

// A list of partitions, given back when it goes.
class KafkaPartitionList {
 public:
  explicit KafkaPartitionList(size_t size) : list_(rd_kafka_topic_partition_list_new(static_cast<int>(size))) {}
  KafkaPartitionList(const KafkaPartitionList&) = delete;
  KafkaPartitionList& operator=(const KafkaPartitionList&) = delete;
  ~KafkaPartitionList() { rd_kafka_topic_partition_list_destroy(list_); }
  void add(const KafkaPartition& partition, int64_t offset) {
    rd_kafka_topic_partition_list_add(list_, partition.topic.c_str(), partition.partition)->offset = offset;
  }
  rd_kafka_topic_partition_list_t* get() const { return list_; }
  const rd_kafka_topic_partition_t& operator[](size_t index) const { return list_->elems[index]; }

 private:
  rd_kafka_topic_partition_list_t* list_;
};

}  // namespace tidemill
