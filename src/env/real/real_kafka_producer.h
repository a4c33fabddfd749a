// env/real/real_kafka_producer.h - a producer over librdkafka. Rule: an error that librdkafka calls fatal, or that asks
// for an abort, ends the producer: whoever owns it makes a new one and sends again from the last decided epoch.
#pragma once
#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "env/real/kafka_handle.h"

namespace tidemill {

class RealKafkaProducer final : public KafkaProducer {
 public:
  static constexpr std::chrono::milliseconds kTransactionLimit{60'000};  // as Java's max.block.ms

  // `http` is borrowed, for tokens. `transaction_limit`: of one call about a transaction.
  RealKafkaProducer(const KafkaProperties& properties, HttpClient& http,
                    std::chrono::milliseconds transaction_limit = kTransactionLimit);
  ~RealKafkaProducer() override;
  bool send(const KafkaOutgoing& message) override;
  void check() override;
  void flush() override;
  size_t memory_bytes() const override;

  void init_transactions() override;
  void begin_transaction() override;
  void send_offsets(const std::string& group, std::span<const KafkaOffset> offsets) override;
  void commit_transaction() override;
  bool may_have_late_requests() const override { return late_requests_; }
  void abort_transaction() override;

 private:
  struct TopicDeleter {
    void operator()(rd_kafka_topic_t* topic) const { rd_kafka_topic_destroy(topic); }
  };

  // Returns the client's handle of a topic. The first call asks the brokers at once where its partitions are; a message
  // sent by the topic's name alone would wait for the client's next round, up to a second.
  rd_kafka_topic_t* topic(std::string_view name);
  static void delivered(rd_kafka_t* client, const rd_kafka_message_t* message, void* self);
  void throw_failed();
  // Throws why the client gave up a transaction; returns where it did not.
  void throw_given_up();
  // Throws where the client can never go on, saying so if another producer of the same id is why.
  void throw_fatal();
  void throw_fenced(rd_kafka_resp_err_t code, std::string_view reason);
  // Throws what an error of a transaction's call means. `maybe_done`: the call may have had its effect.
  void throw_transaction_error(std::string_view what, rd_kafka_error_t* error, bool maybe_done);

  KafkaHandle handle_;
  std::atomic<rd_kafka_topic_t*> last_topic_ = nullptr;  // of topics_: mostly the only one, found without the lock
  std::mutex topics_mutex_;
  std::vector<std::unique_ptr<rd_kafka_topic_t, TopicDeleter>> topics_;  // few
  const std::string id_;                                                 // transactional, empty: none
  const std::chrono::milliseconds delivery_limit_;
  const std::chrono::milliseconds transaction_limit_;  // of one call
  std::atomic<int64_t> bytes_sent_ = 0;
  std::atomic<int64_t> messages_sent_ = 0;
  bool late_requests_ = false;
  std::atomic<bool> failed_ = false;
  std::mutex failure_mutex_;
  rd_kafka_resp_err_t failure_ = RD_KAFKA_RESP_ERR_NO_ERROR;  // of the first message that could not be delivered
  std::string failure_text_;
};

}  // namespace tidemill
