#include "connectors/kafka/message_metadata.h"

#include "base/check.h"
#include "data/column_builder.h"
#include "data/nested.h"

namespace tidemill {
namespace {

Type headers_type() { return Type::map(Type::string().not_null(), Type::bytes()).not_null(); }

template <class T>
ColumnPtr constant(const Type& type, T value, size_t rows) {
  ColumnBuilder builder(type);
  builder.append(value);
  return Column::constant(*builder.finish(), static_cast<int32_t>(rows));
}

ColumnPtr constant_text(std::string_view text, size_t rows) {
  ColumnBuilder builder(Type::string().not_null());
  builder.append_text(text);
  return Column::constant(*builder.finish(), static_cast<int32_t>(rows));
}

std::string_view text_of(KafkaTimestampType type) {
  switch (type) {
    case KafkaTimestampType::kNone:
      return "NoTimestampType";
    case KafkaTimestampType::kCreateTime:
      return "CreateTime";
    case KafkaTimestampType::kLogAppendTime:
      return "LogAppendTime";
  }
  CHECK(false);
}

// Of headers of one name the last one counts, as in Flink, which puts them into a map.
ColumnPtr headers_column(std::span<const KafkaMessage> messages, const KafkaConsumer& consumer,
                         std::span<const int32_t> rows) {
  ColumnBuilder builder(headers_type());
  std::vector<KafkaHeader> headers;
  for (const int32_t row : rows) {
    headers.clear();
    consumer.headers(messages[static_cast<size_t>(row)], headers);
    std::vector<std::string> encoded;
    for (size_t i = 0; i < headers.size(); ++i) {
      bool again = false;
      for (size_t later = i + 1; later < headers.size(); ++later)
        again = again || headers[later].name == headers[i].name;
      if (again) continue;
      append_encoded_text(encoded.emplace_back(), headers[i].name);
      std::string& value = encoded.emplace_back();
      headers[i].null ? append_encoded_null(value) : append_encoded_text(value, headers[i].value);
    }
    const std::vector<std::string_view> parts(encoded.begin(), encoded.end());
    std::string map;
    append_encoded_collection(map, parts, 2);
    builder.append_text(encoded_text(map));
  }
  return builder.finish();
}

}  // namespace

std::vector<MetadataKey> kafka_metadata_keys() {
  return {
      {"topic", Type::string().not_null(), true, false, "Topic of the message."},
      {"partition", Type::integer().not_null(), true, false, "Partition of the message."},
      {"headers", headers_type(), true, true, "Headers of the message; of those of one name the last."},
      {"leader-epoch", Type::integer(), true, false, "Always NULL: the client does not tell."},
      {"offset", Type::big_int().not_null(), true, false, "Offset of the message in its partition."},
      {"timestamp", Type::timestamp_ltz(3).not_null(), true, true, "Timestamp of the message."},
      {"timestamp-type", Type::string().not_null(), true, false,
       "CreateTime, LogAppendTime or NoTimestampType: who set the timestamp."},
  };
}

ColumnPtr metadata_column(const std::string& key, const KafkaPartition& partition,
                          std::span<const KafkaMessage> messages, const KafkaConsumer& consumer,
                          std::span<const int32_t> rows) {
  if (key == "topic") return constant_text(partition.topic, rows.size());
  if (key == "partition") return constant(Type::integer().not_null(), partition.partition, rows.size());
  if (key == "leader-epoch") return Column::all_null(Type::integer(), static_cast<int32_t>(rows.size()));
  if (key == "headers") return headers_column(messages, consumer, rows);
  const auto message = [&](int32_t row) -> const KafkaMessage& { return messages[static_cast<size_t>(row)]; };
  if (key == "timestamp-type") {
    ColumnBuilder builder(Type::string().not_null());
    for (const int32_t row : rows) builder.append_text(text_of(message(row).timestamp_type));
    return builder.finish();
  }
  CHECK(key == "offset" || key == "timestamp");
  ColumnBuilder builder(key == "offset" ? Type::big_int().not_null() : Type::timestamp_ltz(3).not_null());
  for (const int32_t row : rows) builder.append(key == "offset" ? message(row).offset : message(row).timestamp);
  return builder.finish();
}

}  // namespace tidemill
