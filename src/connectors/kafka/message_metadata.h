// connectors/kafka/message_metadata.h - what a message has besides key and value, as columns (Flink's names and types).
#pragma once
#include <span>
#include <string>
#include <vector>

#include "connectors/spi/format.h"
#include "env/kafka.h"

namespace tidemill {

// topic, partition, offset, timestamp, timestamp-type, headers, leader-epoch.
std::vector<MetadataKey> kafka_metadata_keys();

// Returns the column of metadata `key` for these of the messages (indices), which are of one partition.
ColumnPtr metadata_column(const std::string& key, const KafkaPartition& partition,
                          std::span<const KafkaMessage> messages, const KafkaConsumer& consumer,
                          std::span<const int32_t> rows);

}  // namespace tidemill
