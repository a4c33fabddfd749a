// connectors/kafka/kafka_properties.h - 'properties.*' as users write them, by the names of Java's client, for
// librdkafka. Rule: what is translated means the same; what has no meaning here is said, never passed over in silence.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "connectors/spi/options.h"
#include "env/kafka.h"

namespace tidemill {

struct ClientProperties {
  KafkaProperties properties;
  std::vector<std::string> warnings;  // properties that have no effect, and why
};

enum class KafkaClientUse : uint8_t { kConsumer, kProducer };

// Translates the written options under 'properties.' for a client of this use; those of the other use are left out.
// Throws UserError for a property that means something which cannot be had here, naming it and what to write instead.
ClientProperties client_properties(const Options& options, KafkaClientUse use);

// Returns the options under 'properties.' that mean something to a client of this use, as they are written, by their
// whole names; but not which servers it asks first. Secrets are among them.
std::map<std::string, std::string> written_properties(const Options& options, KafkaClientUse use);

// Returns what tells one cluster from another: "kafka " and its servers, in order.
std::string kafka_domain(const KafkaProperties& properties);

// Returns what declares them: secrets by name, all else by 'properties.#'.
std::vector<OptionSpec> property_options();

}  // namespace tidemill
