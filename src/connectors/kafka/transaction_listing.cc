#include "connectors/kafka/transaction_listing.h"

#include <algorithm>

#include "base/error.h"
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

// Throws UserError where no job has ever begun under the prefix: its ids would be made, and nothing be ended.
void require_prefix(KafkaClients& clients, const OptionMap& properties, const std::string& prefix) {
  const KafkaProperties settings = client_properties(options_of(properties), KafkaClientUse::kConsumer).properties;
  const std::string suffix = epochs_topic("");
  std::vector<std::string> prefixes;
  for (const KafkaTopic& topic : clients.admin(settings)->all_topics())
    if (topic.name.ends_with(suffix)) prefixes.push_back(topic.name.substr(0, topic.name.size() - suffix.size()));
  if (std::ranges::find(prefixes, prefix) != prefixes.end()) return;
  const std::optional<std::string> nearest = nearest_name(prefix, prefixes);
  throw UserError(
      fmt::format("Kafka at {}: no job has written exactly once under the prefix '{}': there is no topic '{}'",
                  settings.at("bootstrap.servers"), prefix, epochs_topic(prefix)),
      nearest
          ? fmt::format("Did you mean '{}'?", *nearest)
          : "'tidemill kafka txn ls' lists the prefixes. A transaction of another program is ended by that program, "
            "by kafka-transactions.sh, or by the brokers when its time limit has passed.");
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
  require_prefix(clients, properties, prefix);
  const KafkaProperties settings = client_properties(options_of(properties), KafkaClientUse::kProducer).properties;
  for (size_t turn = 0; turn < kTurns; ++turn) {
    KafkaProperties of_turn = settings;
    of_turn["transactional.id"] = transactional_id(prefix, turn);
    clients.producer(of_turn)->init_transactions();
  }
}

}  // namespace tidemill
