#include "connectors/kafka/message_output.h"

namespace tidemill {
namespace {

class PlainOutput final : public MessageOutput {
 public:
  PlainOutput(std::unique_ptr<KafkaProducer> producer, bool waits) : producer_(std::move(producer)), waits_(waits) {}
  KafkaProducer& producer() override { return *producer_; }
  void seal() override {}
  KafkaProducer& sealed_producer() override { return *producer_; }
  void deliver() override { waits_ ? producer_->flush() : producer_->check(); }
  size_t memory_bytes() const override { return producer_->memory_bytes(); }

 private:
  const std::unique_ptr<KafkaProducer> producer_;
  const bool waits_;
};

class TransactionOutput final : public MessageOutput {
 public:
  explicit TransactionOutput(std::shared_ptr<KafkaTransaction> transaction) : transaction_(std::move(transaction)) {}
  KafkaProducer& producer() override { return transaction_->producer(turn_); }
  void seal() override { sealed_ = turn_++; }
  KafkaProducer& sealed_producer() override { return transaction_->producer(sealed_); }
  void deliver() override { transaction_->deliver(sealed_); }
  size_t memory_bytes() const override { return transaction_->memory_bytes(); }

 private:
  const std::shared_ptr<KafkaTransaction> transaction_;
  int64_t turn_ = 0;  // how many epochs this writer has sealed
  int64_t sealed_ = 0;
};

}  // namespace

std::unique_ptr<MessageOutput> make_plain_output(Environment& environment, const KafkaProperties& properties,
                                                 bool waits) {
  return std::make_unique<PlainOutput>(environment.kafka.producer(properties), waits);
}

std::unique_ptr<MessageOutput> make_transaction_output(std::shared_ptr<KafkaTransaction> transaction) {
  return std::make_unique<TransactionOutput>(std::move(transaction));
}

}  // namespace tidemill
