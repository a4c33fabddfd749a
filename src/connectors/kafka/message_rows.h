// connectors/kafka/message_rows.h - messages of one partition to rows: key, value and metadata side by side. Rule: the
// rows depend on the messages alone, so that a restart can decode a group again and leave out those it gave.
#pragma once
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "connectors/kafka/kafka_source.h"
#include "connectors/kafka/message_errors.h"

namespace tidemill {

// One thread.
class MessageRows {
 public:
  // All are borrowed.
  MessageRows(const KafkaSourceSettings& settings, Environment& environment, RecordErrorTarget& errors);

  // Takes a group of messages, which stay until next() has returned nullopt. `consumer` is asked for their headers.
  void take(const KafkaPartition& partition, const std::shared_ptr<const std::string>& name,
            std::span<const KafkaMessage> messages, const KafkaConsumer& consumer);
  // Returns work for the I/O pool that must be done before next(); empty: none.
  std::function<void()> wanted();
  // Returns the next rows of the group; nullopt: there are no more.
  std::optional<Batch> next(int32_t max_rows);
  // Forgets the group.
  void clear();
  size_t memory_bytes() const;

 private:
  // Of a row that is given: where its parts are.
  struct Picked {
    std::vector<int32_t> values;    // rows of the value decoder; -1: none, all NULL
    std::vector<int32_t> messages;  // indices into messages_
    std::vector<RowKind> kinds;
  };

  void begin();
  void decode_keys();
  // Finds the row of each message's key. `decoded` may be null: no key gave one.
  void place_keys(const DecodedRows* decoded);
  void reject_key(size_t message, std::string_view what);
  // Picks the rows of `decoded` (null: the group has no more), with the deletions before and between them.
  Picked pick(const DecodedRows* decoded);
  void pick_deletions(size_t until, Picked& picked);
  Batch to_batch(const DecodedRows* decoded, const Picked& picked) const;
  ColumnPtr message_column(const std::string& key, std::span<const int32_t> messages) const;

  const KafkaSourceSettings& settings_;
  MessageErrors errors_;
  std::unique_ptr<RecordDecoder> keys_;  // null: not read
  std::unique_ptr<RecordDecoder> values_;
  KafkaPartition partition_;
  std::shared_ptr<const std::string> name_;
  std::span<const KafkaMessage> messages_;
  const KafkaConsumer* consumer_ = nullptr;
  bool begun_ = false;  // the decoders have the group
  bool ended_ = false;  // the value decoder has given all
  std::vector<Record> key_records_;
  std::vector<Record> value_records_;
  std::vector<ColumnPtr> key_columns_;
  std::vector<int32_t> key_rows_;  // by message: row of key_columns_, or one of the two below
  size_t picked_ = 0;              // messages whose deletions were given
};

}  // namespace tidemill
