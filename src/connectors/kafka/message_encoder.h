// connectors/kafka/message_encoder.h - rows to messages: key, value, and what a message has besides.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "connectors/kafka/kafka_sink.h"

namespace tidemill {

// A row as a message.
struct EncodedMessage {
  std::string key;
  std::string value;
  bool null_key = true;
  bool null_value = false;
  EpochMillis timestamp = kNoKafkaTimestamp;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;

  size_t memory_bytes() const { return sizeof(EncodedMessage) + key.size() + value.size(); }
};

// One thread at a time.
class MessageEncoder {
 public:
  // `settings` is borrowed.
  MessageEncoder(const KafkaSinkSettings& settings, Environment& environment);
  // Returns what must be done on the I/O pool before the first row; empty: nothing.
  std::function<void()> wanted();
  // Takes the rows of a batch, which outlives the calls of append().
  void begin(const Batch& batch);
  // Makes row `row` of the batch at hand a message, in the memory of an earlier one.
  void encode(int32_t row, EncodedMessage& message);

 private:
  void encode_headers(int32_t row, EncodedMessage& message) const;

  const KafkaSinkSettings& settings_;
  std::unique_ptr<RecordEncoder> keys_;  // null: no keys
  std::unique_ptr<RecordEncoder> values_;
  const Batch* batch_ = nullptr;
  Batch key_rows_;
  Batch value_rows_;
};

}  // namespace tidemill
