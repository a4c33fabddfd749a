#include "connectors/kafka/message_errors.h"

#include <algorithm>

#include "base/check.h"

namespace tidemill {

void MessageErrors::reject(std::string_view split, const RecordError& error) {
  const auto message = std::ranges::lower_bound(messages_, error.line, {}, &KafkaMessage::offset);
  CHECK(message != messages_.end() && message->offset == error.line);
  RecordError told = error;
  told.message_bytes.emplace();
  if (!message->null_key) told.message_bytes->key = message->key;
  if (!message->null_value) told.message_bytes->value = message->value;
  target_.reject(split, told);
}

}  // namespace tidemill
