// connectors/kafka/kafka_writer.h - rows of one subtask to messages. Rule: rows leave in their order; where the
// client's queue is full, or a format waits for its registry, they wait here, and the task with them.
#pragma once
#include <atomic>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "connectors/kafka/delivery_limit.h"
#include "connectors/kafka/io_preparation.h"
#include "connectors/kafka/kafka_sink.h"
#include "connectors/kafka/message_encoder.h"
#include "connectors/kafka/message_output.h"

namespace tidemill {

class KafkaWriter final : public SinkWriter {
 public:
  // `settings` and `environment` are borrowed.
  KafkaWriter(const KafkaSinkSettings& settings, Environment& environment, const Subtask& subtask);
  bool ready() override;
  void write(const Batch& batch) override;
  std::optional<EpochMillis> flush_due() const override;
  void flush() override;
  void seal(int64_t epoch) override;
  std::vector<Committable> prepare(int64_t epoch) override;
  size_t memory_bytes() const override;

 private:
  // Returns what must be done on the I/O pool before the first message; empty: nothing.
  std::function<void()> preparation();
  // Encodes rows that came before that was done.
  void take_early();
  void encode(const Batch& batch);
  // Sends a message, or lets it wait.
  void put(const EncodedMessage& message);
  // Keeps the newest message of each key.
  void buffer(const EncodedMessage& message);
  bool send(const EncodedMessage& message, KafkaProducer& producer);
  // Sends what waits. Returns false where the client's queue is full.
  bool send_waiting(KafkaProducer& producer);
  int32_t next_partition();

  const KafkaSinkSettings& settings_;
  Environment& environment_;
  const int32_t subtask_;
  const std::unique_ptr<MessageOutput> output_;
  DeliveryLimit limit_;
  MessageEncoder encoder_;
  EncodedMessage message_;  // encoded last
  IoPreparation preparing_;
  bool prepared_ = false;
  std::vector<Batch> early_;                          // rows that came before
  std::shared_ptr<std::atomic<int32_t>> partitions_;  // of the topic, where the partitioner needs to know
  int32_t turn_ = 0;                                  // of kRoundRobin
  std::deque<EncodedMessage> waiting_;
  size_t waiting_bytes_ = 0;
  std::vector<EncodedMessage> buffered_;                 // one a key, in the order of their first
  std::unordered_map<std::string, size_t> buffered_of_;  // by key: its place
  size_t buffered_bytes_ = 0;
  std::optional<EpochMillis> buffered_since_;
};

}  // namespace tidemill
