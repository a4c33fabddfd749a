// env/real/real_kafka_consumer.h - a consumer over librdkafka. Rule: a queue a partition, so that the caller chooses
// which one is read; what a caller does not take, the client does not fetch beyond its limits.
#pragma once
#include <atomic>
#include <vector>

#include "env/real/kafka_handle.h"

namespace tidemill {

class RealKafkaConsumer final : public KafkaConsumer {
 public:
  // `http` is borrowed, for tokens.
  RealKafkaConsumer(const KafkaProperties& properties, HttpClient& http);
  ~RealKafkaConsumer() override;
  void add(const KafkaPartition& partition, int64_t offset, std::function<void()> wake) override;
  void remove(const KafkaPartition& partition) override;
  KafkaFetched fetch(const KafkaPartition& partition, int32_t max_messages) override;
  void headers(const KafkaMessage& message, std::vector<KafkaHeader>& out) const override;
  std::optional<int64_t> lag(const KafkaPartition& partition) const override;
  int64_t held_back(const KafkaPartition& partition) const override;
  std::string problem() const override { return handle_.condition().problem(); }
  size_t memory_bytes() const override;

 private:
  struct Fetching {
    rd_kafka_queue_t* queue = nullptr;
    std::function<void()> wake;
    std::atomic<int64_t> next = 0;  // offset behind what was taken
    bool at_end = false;            // of what may be seen; told since the last message
    bool ample = false;             // more than half of what the client fetches ahead was waiting
    int32_t gone_told = 0;          // how often the client has said since then that the topic is not there
  };

  Fetching& get(const KafkaPartition& partition);
  void serve_events();
  void forget_messages();
  // Has the client fetch on when `taken` messages have made room in a queue that may have been full.
  void keep_fetching(const KafkaPartition& partition, Fetching& fetching, size_t taken);
  // Returns "; it holds 20 to 30", empty where no broker says so in time. Blocks.
  std::string offsets_text(const KafkaPartition& partition) const;
  // Takes what came with an error: the end of the partition, or what ends the reading.
  void take_event(const KafkaPartition& partition, Fetching& fetching, const rd_kafka_message_t& event,
                  KafkaFetched& fetched);

  KafkaHandle handle_;
  std::map<KafkaPartition, std::unique_ptr<Fetching>> partitions_;
  std::vector<rd_kafka_queue_t*> removed_;  // of partitions that are not read any more
  rd_kafka_queue_t* events_ = nullptr;      // the client's own
  std::atomic<bool> event_waits_ = false;
  std::vector<rd_kafka_message_t*> taken_;  // of the last fetch
  std::vector<KafkaMessage> messages_;
  const int64_t ahead_messages_;  // that the client fetches ahead, of a partition
  const int64_t ahead_bytes_;
  int64_t bytes_seen_ = 0;  // of all messages taken
  int64_t messages_seen_ = 0;
};

}  // namespace tidemill
