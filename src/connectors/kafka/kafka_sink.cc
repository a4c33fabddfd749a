#include "connectors/kafka/kafka_sink.h"

#include "connectors/kafka/kafka_properties.h"
#include "connectors/kafka/kafka_transaction.h"
#include "connectors/kafka/kafka_writer.h"

namespace tidemill {
namespace {

// Messages are delivered when an epoch is acknowledged, and published by the job's transaction: nothing is left to do.
class NothingToCommit final : public SinkCommitter {
 public:
  void finish(int64_t, std::span<const Committable>) override {}
  void recover(int64_t, std::span<const Committable>) override {}
};

}  // namespace

SinkChangelog KafkaSink::accepts() const {
  if (settings_.upserts) return SinkChangelog::kUpsert;
  return settings_.value_format->takes_changes() ? SinkChangelog::kRetract : SinkChangelog::kAppend;
}

std::unique_ptr<SinkWriter> KafkaSink::make_writer(Environment& environment, const Subtask& subtask) const {
  return std::make_unique<KafkaWriter>(settings_, environment, subtask);
}

std::unique_ptr<SinkCommitter> KafkaSink::make_committer(Environment&, const std::string&) const {
  return std::make_unique<NothingToCommit>();
}

std::string KafkaSink::description() const {
  return fmt::format("{}, topic={}, format={}", settings_.upserts ? "upsert-kafka" : "kafka", settings_.topic,
                     settings_.format_name);
}

std::string KafkaSink::transaction_domain() const {
  return settings_.guarantee == DeliveryGuarantee::kExactlyOnce ? kafka_domain(settings_.properties) : "";
}

std::shared_ptr<EpochTransaction> KafkaSink::make_transaction(Environment& environment,
                                                              const TransactionRequest& request) const {
  return std::make_shared<KafkaTransaction>(
      KafkaTransactionSettings{settings_.properties, settings_.admin_properties, settings_.transactional_id_prefix},
      request, environment);
}

}  // namespace tidemill
