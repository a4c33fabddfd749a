// connectors/kafka/message_errors.h - what formats say of a key or a value, said of its message. Rule: an error has the
// whole message with it, so that a dead letter can be sent again.
#pragma once
#include <span>

#include "connectors/spi/record_errors.h"
#include "env/kafka.h"

namespace tidemill {

// One thread.
class MessageErrors final : public RecordErrorTarget {
 public:
  // `target` is borrowed.
  explicit MessageErrors(RecordErrorTarget& target) : target_(target) {}

  // The messages that errors are about from now on, by ascending offset. The caller keeps them.
  void set_messages(std::span<const KafkaMessage> messages) { messages_ = messages; }
  // Requires: error.line is the offset of one of the messages.
  void reject(std::string_view split, const RecordError& error) override;
  void ignore_value() override { target_.ignore_value(); }
  void ignore_record() override { target_.ignore_record(); }

 private:
  RecordErrorTarget& target_;
  std::span<const KafkaMessage> messages_;
};

}  // namespace tidemill
