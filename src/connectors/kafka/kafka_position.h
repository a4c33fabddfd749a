// connectors/kafka/kafka_position.h - where reading a partition goes on, as bytes of a split.
#pragma once
#include <string>
#include <string_view>

#include "connectors/spi/source.h"
#include "env/kafka.h"

namespace tidemill {

struct KafkaPosition {
  int64_t offset = 0;             // of the next message to decode
  int64_t rows = 0;               // of the messages from there on that were given already
  int64_t stop = kNoKafkaOffset;  // a bounded partition: offset at which it ends
  bool operator==(const KafkaPosition&) const = default;

  // "17", "17 rows 3", "17 to 40", "17 rows 3 to 40".
  std::string to_string() const;
  // Throws UserError on other text.
  static KafkaPosition parse(std::string_view text);
};

// Reads back what to_text() of a partition gives; the id of a split.
KafkaPartition parse_partition(std::string_view id);

}  // namespace tidemill
