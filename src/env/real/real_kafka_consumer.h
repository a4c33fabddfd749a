// env/real/real_kafka_consumer.h - a consumer over librdkafka. Rule: a queue a partition, so that the caller chooses
// which one is read; what a caller does not take, the client does not fetch beyond its limits.
#pragma once
#include <atomic>
#include <vector>

#include "env/real/kafka_handle.h"

namespace tidemill {

class RealKafkaConsumer final : public KafkaConsumer {
 public:
  explicit RealKafkaConsumer(const KafkaProperties& properties);
  ~RealKafkaConsumer() override;
  void add(const KafkaPartition& partition, int64_t offset, std::function<void()> wake) override;
  void remove(const KafkaPartition& partition) override;
  KafkaFetched fetch(const KafkaPartition& partition, int32_t max_messages) override;
  void headers(const KafkaMessage& message, std::vector<KafkaHeader>& out) const override;
  std::optional<int64_t> lag(const KafkaPartition& partition) const override;
  std::string problem() const override { return handle_.problem(); }
  size_t memory_bytes() const override;

 private:
  struct Fetching {
    rd_kafka_queue_t* queue = nullptr;
    std::function<void()> wake;
    std::atomic<int64_t> next = 0;  // offset behind what was taken
  };

  Fetching& get(const KafkaPartition& partition);
  void serve_events();
  void forget_messages();
  // Returns "; it holds 20 to 30", empty where no broker says so in time. Blocks.
  std::string offsets_text(const KafkaPartition& partition) const;
  // Takes what came with an error: the end of the partition, or what ends the reading.
  void take_event(const KafkaPartition& partition, Fetching& fetching, const rd_kafka_message_t& event,
                  KafkaFetched& fetched);

  KafkaHandle handle_;
  std::map<KafkaPartition, std::unique_ptr<Fetching>> partitions_;
  rd_kafka_queue_t* events_ = nullptr;  // the client's own
  std::atomic<bool> event_waits_ = false;
  std::vector<rd_kafka_message_t*> taken_;  // of the last fetch
  std::vector<KafkaMessage> messages_;
  int64_t bytes_seen_ = 0;  // of all messages taken
  int64_t messages_seen_ = 0;
};

}  // namespace tidemill
