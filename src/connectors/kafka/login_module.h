// connectors/kafka/login_module.h - Java's sasl.jaas.config, for librdkafka.
#pragma once
#include <string_view>

#include "env/kafka.h"

namespace tidemill {

// Reads "<class> required name="value" …;" of PlainLoginModule, ScramLoginModule and OAuthBearerLoginModule. Throws
// UserError for other classes and forms; its text holds no value.
KafkaProperties login_properties(std::string_view text);

}  // namespace tidemill
