#include "connectors/kafka/message_encoder.h"

#include "data/nested.h"

namespace tidemill {
namespace {

Batch columns_of(const Batch& batch, const SchemaPtr& schema, const std::vector<int32_t>& columns) {
  std::vector<ColumnPtr> picked;
  for (const int32_t column : columns) picked.push_back(batch.column(column));
  return batch.with_columns(schema, std::move(picked));
}

}  // namespace

MessageEncoder::MessageEncoder(const KafkaSinkSettings& settings, Environment& environment)
    : settings_(settings), values_(settings.value_format->make_record_encoder(environment)) {
  if (settings.key_format) keys_ = settings.key_format->make_record_encoder(environment);
}

std::function<void()> MessageEncoder::wanted() {
  std::function<void()> of_keys = keys_ ? keys_->wanted() : nullptr;
  std::function<void()> of_values = values_->wanted();
  if (!of_keys) return of_values;
  if (!of_values) return of_keys;
  return [of_keys, of_values] {
    of_keys();
    of_values();
  };
}

void MessageEncoder::begin(const Batch& batch) {
  batch_ = &batch;
  value_rows_ = columns_of(batch, settings_.value_schema, settings_.value_columns);
  values_->begin(value_rows_);
  if (!keys_) return;
  key_rows_ = columns_of(batch, settings_.key_schema, settings_.key_columns);
  keys_->begin(key_rows_);
}

void MessageEncoder::encode(int32_t row, EncodedMessage& message) {
  message.key.clear();
  message.value.clear();
  message.null_key = !keys_ || keys_->is_tombstone(row);
  if (!message.null_key) keys_->append(row, message.key);
  message.null_value = (settings_.upserts && retracts(batch_->kind(row))) || values_->is_tombstone(row);
  if (!message.null_value) values_->append(row, message.value);
  message.timestamp = kNoKafkaTimestamp;
  if (settings_.timestamp) {
    const Column& column = *batch_->column(*settings_.timestamp);
    if (!column.is_null(row)) message.timestamp = column.decode<EpochMillis>()[row];
  }
  message.headers.clear();
  if (settings_.headers) encode_headers(row, message);
}

void MessageEncoder::encode_headers(int32_t row, EncodedMessage& message) const {
  const Column& column = *batch_->column(*settings_.headers);
  if (column.is_null(row)) return;
  const std::vector<std::string_view> parts = nested_parts(column.type(), column.text(row));
  for (size_t i = 0; i + 1 < parts.size(); i += 2) {
    std::optional<std::string> value;
    if (!is_encoded_null(parts[i + 1])) value = std::string(encoded_text(parts[i + 1]));
    message.headers.emplace_back(encoded_text(parts[i]), std::move(value));
  }
}

}  // namespace tidemill
