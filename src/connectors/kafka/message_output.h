// connectors/kafka/message_output.h - where a writer's messages go: to a producer of its own, or into the job's
// transaction. Rule: what was sealed is delivered before the epoch is acknowledged.
#pragma once
#include <memory>

#include "connectors/kafka/kafka_transaction.h"

namespace tidemill {

class MessageOutput {
 public:
  virtual ~MessageOutput() = default;
  // Returns the producer that takes the messages of now. Task thread.
  virtual KafkaProducer& producer() = 0;
  // Ends the epoch's messages. Task thread.
  virtual void seal() = 0;
  // Returns the producer of the messages that were sealed last. I/O pool.
  virtual KafkaProducer& sealed_producer() = 0;
  // Waits until the brokers have what was sealed. I/O pool.
  virtual void deliver() = 0;
  virtual size_t memory_bytes() const = 0;
};

// A producer of its own; delivery guarantee none (nothing is waited for but at the end) or at-least-once.
std::unique_ptr<MessageOutput> make_plain_output(Environment& environment, const KafkaProperties& properties,
                                                 bool waits);
std::unique_ptr<MessageOutput> make_transaction_output(std::shared_ptr<KafkaTransaction> transaction);

}  // namespace tidemill
