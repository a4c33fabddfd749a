#include "connectors/kafka/transaction_listing.h"

#include "connectors/kafka/kafka_properties.h"
#include "connectors/kafka/kafka_transaction.h"

namespace tidemill {
namespace {

constexpr size_t kTurns = 2;

Options options_of(const OptionMap& properties) {
  OptionMap written;
  for (const auto& [name, value] : properties) written.emplace("properties." + name, value);
  return Options::parse(written, property_options(), "a Kafka client");
}

std::vector<int64_t> ends(KafkaClients& clients, KafkaProperties properties, const std::string& isolation,
                          const std::vector<KafkaPartition>& partitions) {
  properties["isolation.level"] = isolation;
  return clients.admin(properties)->offsets(partitions, KafkaOffsetOf::kLatest, 0);
}

}  // namespace

TransactionListing list_transactions(KafkaClients& clients, const OptionMap& properties) {
  const KafkaProperties settings = client_properties(options_of(properties), KafkaClientUse::kConsumer).properties;
  const std::unique_ptr<KafkaAdmin> admin = clients.admin(settings);
  const std::string suffix = epochs_topic("");
  TransactionListing listing;
  std::vector<KafkaPartition> partitions;
  for (const KafkaTopic& topic : admin->all_topics()) {
    for (int32_t partition = 0; partition < topic.partitions; ++partition)
      partitions.push_back({topic.name, partition});
    if (!topic.name.ends_with(suffix)) continue;
    TransactionPrefix& found = listing.prefixes.emplace_back();
    found.prefix = topic.name.substr(0, topic.name.size() - suffix.size());
    for (const KafkaKeyValue& record : admin->read_all({topic.name, 0}))
      if (record.key == found.prefix) found.newest = EpochRecord::parse(record.value, topic.name);
  }
  const std::vector<int64_t> stable = ends(clients, settings, "read_committed", partitions);
  const std::vector<int64_t> last = ends(clients, settings, "read_uncommitted", partitions);
  for (size_t i = 0; i < partitions.size(); ++i)
    if (stable[i] < last[i]) listing.blocked.push_back({partitions[i], stable[i], last[i] - stable[i]});
  return listing;
}

void abort_transactions(KafkaClients& clients, const OptionMap& properties, const std::string& prefix) {
  const KafkaProperties settings = client_properties(options_of(properties), KafkaClientUse::kProducer).properties;
  for (size_t turn = 0; turn < kTurns; ++turn) {
    KafkaProperties of_turn = settings;
    of_turn["transactional.id"] = transactional_id(prefix, turn);
    clients.producer(of_turn)->init_transactions();
  }
}

}  // namespace tidemill
