// connectors/kafka/kafka_sink.h - a topic as a sink. Rule: one row is one message; what a guarantee promises is kept by
// when messages are waited for (message_output.h).
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/spi/connector.h"
#include "env/kafka.h"

namespace tidemill {

enum class DeliveryGuarantee : uint8_t { kNone, kAtLeastOnce, kExactlyOnce };

// Which partition a row goes to.
enum class SinkPartitioner : uint8_t {
  kDefault,     // by the hash of its key, as Java's client does; any where it has none
  kFixed,       // one for each subtask
  kRoundRobin,  // one after the other
};

struct KafkaSinkSettings {
  std::string table;
  std::string topic;
  KafkaProperties properties;        // of producers
  KafkaProperties admin_properties;  // of the client that asks the cluster
  std::vector<std::string> warnings;
  std::shared_ptr<const EncodingFormat> key_format;  // null: messages have no key
  std::shared_ptr<const EncodingFormat> value_format;
  std::string format_name;
  SchemaPtr key_schema;                   // of the columns below
  SchemaPtr value_schema;                 // likewise
  std::vector<int32_t> key_columns;       // of the rows
  std::vector<int32_t> value_columns;     // likewise
  std::optional<int32_t> timestamp = {};  // column of the rows, TIMESTAMP_LTZ(3)
  std::optional<int32_t> headers = {};    // column of the rows, MAP<STRING, BYTES>
  SinkPartitioner partitioner = SinkPartitioner::kDefault;
  DeliveryGuarantee guarantee = DeliveryGuarantee::kAtLeastOnce;
  std::string transactional_id_prefix;                          // kExactlyOnce
  std::map<std::string, std::string> transaction_options = {};  // what producers are made with, as it is written
  bool upserts = false;                                         // a deletion is a message without value
  int64_t flush_rows = 0;  // upserts: rows of one key become one, until so many keys are held; 0: none are
  DurationMillis flush_interval_ms = 0;  // upserts: likewise, until they are so old
};

class KafkaSink final : public Sink {
 public:
  explicit KafkaSink(KafkaSinkSettings settings) : settings_(std::move(settings)) {}
  SinkChangelog accepts() const override;
  std::unique_ptr<SinkWriter> make_writer(Environment& environment, const Subtask& subtask) const override;
  std::unique_ptr<SinkCommitter> make_committer(Environment& environment, const std::string& owner) const override;
  std::string description() const override;
  std::string transaction_domain() const override;
  std::string transaction_prefix() const override { return settings_.transactional_id_prefix; }
  std::map<std::string, std::string> transaction_options() const override { return settings_.transaction_options; }
  std::shared_ptr<EpochTransaction> make_transaction(Environment& environment,
                                                     const TransactionRequest& request) const override;
  std::vector<std::string> warnings() const override { return settings_.warnings; }
  bool shows_rows_by_epoch() const override { return settings_.guarantee == DeliveryGuarantee::kExactlyOnce; }

 private:
  KafkaSinkSettings settings_;
};

}  // namespace tidemill
