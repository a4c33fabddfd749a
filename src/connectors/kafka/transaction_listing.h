// connectors/kafka/transaction_listing.h - what is left of transactions in a cluster, and the way out. Rule: aborting
// takes over the two ids of a job: whoever had them cannot go on.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "connectors/kafka/epoch_record.h"
#include "connectors/spi/options.h"
#include "env/kafka.h"

namespace tidemill {

// A job that wrote exactly once, by its prefix.
struct TransactionPrefix {
  std::string prefix;
  std::optional<EpochRecord> newest;  // what was committed last; nullopt: nothing yet
};

// A partition of which read_committed readers do not see all.
struct BlockedPartition {
  KafkaPartition partition;
  int64_t offset = 0;  // where the first open transaction begins
  int64_t behind = 0;  // offsets from there to the end
};

struct TransactionListing {
  std::vector<TransactionPrefix> prefixes;  // by name
  std::vector<BlockedPartition> blocked;    // by name
};

// `properties` are those of Java's client, without "properties.": "bootstrap.servers" and how to connect. Both block,
// and throw what KafkaAdmin and KafkaProducer throw.
TransactionListing list_transactions(KafkaClients& clients, const OptionMap& properties);
// Aborts what the prefix has open, and fences its job. Throws UserError where no job has ever begun under it.
void abort_transactions(KafkaClients& clients, const OptionMap& properties, const std::string& prefix);

}  // namespace tidemill
