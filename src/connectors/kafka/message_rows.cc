#include "connectors/kafka/message_rows.h"

#include <algorithm>

#include "base/check.h"
#include "base/error.h"
#include "connectors/kafka/message_metadata.h"

namespace tidemill {
namespace {

constexpr int32_t kNullKey = -1;  // of key_rows_: the columns of the key are NULL
constexpr int32_t kLeftOut = -2;  // of key_rows_: the message could not be read

bool takes_null(const KafkaSourceSettings& settings) {
  for (size_t i = 0; i < settings.columns.size(); ++i)
    if (settings.columns[i].from == KafkaColumn::From::kKey &&
        !settings.schema->field(static_cast<int32_t>(i)).type.nullable)
      return false;
  return !settings.upserts;
}

}  // namespace

MessageRows::MessageRows(const KafkaSourceSettings& settings, Environment& environment, RecordErrorTarget& errors)
    : settings_(settings), errors_(errors) {
  if (settings.key_format) keys_ = settings.key_format->make_record_decoder(environment, errors_);
  values_ = settings.value_format->make_record_decoder(environment, errors_);
}

void MessageRows::take(const KafkaPartition& partition, const std::shared_ptr<const std::string>& name,
                       std::span<const KafkaMessage> messages, const KafkaConsumer& consumer) {
  partition_ = partition;
  name_ = name;
  messages_ = messages;
  errors_.set_messages(messages);
  consumer_ = &consumer;
  begun_ = false;
  ended_ = false;
  picked_ = 0;
  key_records_.clear();
  value_records_.clear();
  for (const KafkaMessage& message : messages) {
    if (keys_) key_records_.push_back({message.key, message.null_key, message.offset});
    value_records_.push_back({message.value, message.null_value, message.offset});
  }
}

void MessageRows::clear() {
  messages_ = {};
  errors_.set_messages({});
  key_records_.clear();
  value_records_.clear();
  key_columns_.clear();
  ended_ = true;
}

std::function<void()> MessageRows::wanted() {
  if (begun_) return {};
  if (keys_)
    if (std::function<void()> work = keys_->wanted(key_records_)) return work;
  return values_->wanted(value_records_);
}

size_t MessageRows::memory_bytes() const {
  return values_->memory_bytes() + (keys_ ? keys_->memory_bytes() : 0) +
         (key_records_.capacity() + value_records_.capacity()) * sizeof(Record);
}

void MessageRows::begin() {
  begun_ = true;
  if (keys_) decode_keys();
  values_->begin(*name_, value_records_);
}

void MessageRows::decode_keys() {
  keys_->begin(*name_, key_records_);
  const auto count = static_cast<int32_t>(messages_.size());
  const std::optional<DecodedRows> decoded = keys_->next(count);
  const bool too_many = decoded && decoded->num_rows == count && keys_->next(1).has_value();
  if (too_many)
    throw UserError(fmt::format("Table '{}': a key in {} gives more than one row", settings_.table, *name_),
                    "A message has one key: its format must not give several rows.");
  place_keys(decoded ? &*decoded : nullptr);
}

void MessageRows::place_keys(const DecodedRows* decoded) {
  key_rows_.assign(messages_.size(), kLeftOut);
  key_columns_.clear();
  if (decoded != nullptr) key_columns_ = decoded->columns;
  size_t message = 0;
  for (int32_t row = 0; decoded != nullptr && row < decoded->num_rows; ++row) {
    while (messages_[message].offset != decoded->line(row)) ++message;
    if (key_rows_[message] != kLeftOut) reject_key(message, "its key gives more than one row");
    key_rows_[message] = row;
  }
  const bool null_is_good = takes_null(settings_);
  for (message = 0; message < messages_.size(); ++message) {
    if (!messages_[message].null_key) continue;
    if (null_is_good)
      key_rows_[message] = kNullKey;
    else if (key_rows_[message] == kLeftOut)
      reject_key(message, "its key is NULL");
  }
}

void MessageRows::reject_key(size_t message, std::string_view what) {
  errors_.reject(*name_, {"Kafka", messages_[message].offset, "", std::string(what),
                          "Set 'record.error-policy' to skip or dead-letter to go on without such messages.",
                          messages_[message].value});
}

std::optional<Batch> MessageRows::next(int32_t max_rows) {
  if (!begun_) begin();
  while (!ended_) {
    const std::optional<DecodedRows> decoded = values_->next(max_rows);
    ended_ = !decoded;
    const DecodedRows* const rows = decoded ? &*decoded : nullptr;
    const Picked picked = pick(rows);
    if (!picked.messages.empty()) return to_batch(rows, picked);
  }
  return std::nullopt;
}

void MessageRows::pick_deletions(size_t until, Picked& picked) {
  for (; picked_ < until; ++picked_) {
    if (!settings_.upserts || !messages_[picked_].null_value || key_rows_[picked_] < 0) continue;
    picked.values.push_back(-1);
    picked.messages.push_back(static_cast<int32_t>(picked_));
    picked.kinds.push_back(RowKind::kDelete);
  }
}

MessageRows::Picked MessageRows::pick(const DecodedRows* decoded) {
  Picked picked;
  if (decoded != nullptr) {
    const auto rows = static_cast<size_t>(decoded->num_rows);
    picked.values.reserve(rows);
    picked.messages.reserve(rows);
  }
  size_t message = picked_;
  for (int32_t row = 0; decoded != nullptr && row < decoded->num_rows; ++row) {
    while (messages_[message].offset != decoded->line(row)) ++message;
    pick_deletions(message, picked);
    if (keys_ && key_rows_[message] == kLeftOut) continue;
    picked.values.push_back(row);
    picked.messages.push_back(static_cast<int32_t>(message));
    if (settings_.upserts)
      picked.kinds.push_back(RowKind::kUpdateAfter);
    else if (!decoded->kinds.empty())
      picked.kinds.push_back(decoded->kinds[static_cast<size_t>(row)]);
  }
  if (decoded == nullptr) pick_deletions(messages_.size(), picked);
  return picked;
}

Batch MessageRows::to_batch(const DecodedRows* decoded, const Picked& picked) const {
  const auto count = static_cast<int32_t>(picked.messages.size());
  const bool all = decoded != nullptr && decoded->num_rows == count && picked.values.front() == 0 &&
                   picked.values.back() == count - 1;
  std::vector<int32_t> key_rows;
  for (const int32_t message : picked.messages)
    if (keys_) key_rows.push_back(key_rows_[static_cast<size_t>(message)]);
  std::vector<ColumnPtr> columns;
  for (size_t i = 0; i < settings_.columns.size(); ++i) {
    const KafkaColumn& column = settings_.columns[i];
    const auto index = static_cast<size_t>(column.index);
    switch (column.from) {
      case KafkaColumn::From::kKey:
        columns.push_back(key_columns_.empty()
                              ? Column::all_null(settings_.schema->field(static_cast<int32_t>(i)).type, count)
                              : key_columns_[index]->take(key_rows));
        break;
      case KafkaColumn::From::kValue:
        if (decoded == nullptr)
          columns.push_back(Column::all_null(settings_.schema->field(static_cast<int32_t>(i)).type, count));
        else
          columns.push_back(all ? decoded->columns[index] : decoded->columns[index]->take(picked.values));
        break;
      case KafkaColumn::From::kMessage:
        columns.push_back(message_column(column.metadata, picked.messages));
    }
  }
  Batch batch(settings_.schema, std::move(columns), count, picked.kinds);
  if (all) {
    batch.set_origin({name_, decoded->first_line, decoded->lines});
    return batch;
  }
  std::vector<int64_t> offsets;
  for (const int32_t message : picked.messages) offsets.push_back(messages_[static_cast<size_t>(message)].offset);
  batch.set_origin({name_, offsets.front(), std::make_shared<const std::vector<int64_t>>(std::move(offsets))});
  return batch;
}

ColumnPtr MessageRows::message_column(const std::string& key, std::span<const int32_t> messages) const {
  return metadata_column(key, partition_, messages_, *consumer_, messages);
}

}  // namespace tidemill
