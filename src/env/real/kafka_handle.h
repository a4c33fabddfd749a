// env/real/kafka_handle.h - a client of librdkafka, and what it says of itself. Rule: an error has one class wherever
// it comes from, and its text says which servers, and what the client knows of why.
#pragma once
#include <librdkafka/rdkafka.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <string_view>

#include "env/kafka.h"

namespace tidemill {

class KafkaHandle {
 public:
  // `delivered` (may be null) is called by rd_kafka_poll() and the like for messages that failed; `opaque` is its last
  // argument. Throws UserError for settings that librdkafka refuses.
  using Delivered = void (*)(rd_kafka_t* client, const rd_kafka_message_t* message, void* opaque);
  KafkaHandle(rd_kafka_type_t type, const KafkaProperties& properties, Delivered delivered = nullptr,
              void* opaque = nullptr);
  KafkaHandle(const KafkaHandle&) = delete;
  KafkaHandle& operator=(const KafkaHandle&) = delete;
  ~KafkaHandle();

  rd_kafka_t* get() const { return client_; }
  const std::string& servers() const { return servers_; }
  // Returns what is wrong with the connections, empty: nothing that is known. Any thread.
  std::string problem() const;
  // Returns how many errors of connections the client has told. Any thread.
  int64_t errors_told() const { return errors_told_.load(); }
  // A call has succeeded: what was wrong is over.
  void all_is_well();

  // Throws UserError where the brokers do not let the client in, by its credentials or certificate: trying on does not
  // help. Any thread.
  void throw_refused() const;
  // Throws what `error` means: UserError, TransientError. `what` begins the text: "topics of the cluster cannot be
  // read". Where trying took time, `tried` says how long.
  [[noreturn]] void fail(std::string_view what, rd_kafka_resp_err_t error, std::string_view reason,
                         std::chrono::milliseconds tried = std::chrono::milliseconds(0)) const;

 private:
  struct Opaque {
    KafkaHandle* handle;
    void* user;
  };
  static void on_error(rd_kafka_t* client, int error, const char* reason, void* opaque);
  static void on_log(const rd_kafka_t* client, int level, const char* facility, const char* text);
  void note(rd_kafka_resp_err_t error, std::string reason);

  rd_kafka_t* client_ = nullptr;
  std::string servers_;
  std::string user_;       // of SASL; may be empty
  std::string mechanism_;  // likewise
  Delivered delivered_ = nullptr;
  void* user_opaque_ = nullptr;
  std::atomic<int64_t> errors_told_ = 0;
  mutable std::mutex mutex_;
  rd_kafka_resp_err_t problem_error_ = RD_KAFKA_RESP_ERR_NO_ERROR;
  std::string problem_;
};

// Returns the value of a setting in milliseconds, `otherwise` where it is not set.
std::chrono::milliseconds milliseconds_of(const KafkaProperties& properties, const std::string& name,
                                          std::chrono::milliseconds otherwise);

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
