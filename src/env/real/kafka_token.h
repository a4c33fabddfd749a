// env/real/kafka_token.h - tokens for SASL OAUTHBEARER from a token endpoint, by a client's credentials, as Java's
// client gets them. Rule: errors tell the endpoint's address and status, never what was sent there or came back.
#pragma once
#include <atomic>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "env/http_client.h"
#include "env/kafka.h"

namespace tidemill {

// How tokens are asked for.
struct KafkaTokenSettings {
  std::string endpoint;  // http:// or https://
  std::string client_id;
  std::string client_secret;
  std::string scope;                                            // empty: none is asked for
  std::vector<std::pair<std::string, std::string>> extensions;  // of SASL, told to the brokers beside the token
  HttpTls tls;                                                  // of an endpoint with https
};

struct KafkaToken {
  std::string text;         // a JWT: a secret
  std::string principal;    // its claim sub
  EpochMillis expires = 0;  // its claim exp, in ms since the epoch, UTC
};

// Takes out of `properties` what is about asking for tokens (where 'sasl.oauthbearer.method' is oidc): librdkafka as
// distributions build it cannot do that, and refuses these settings. nullopt: the client asks for none. Throws
// UserError for certificates that are not in a file, and
// an address with a user in it.
std::optional<KafkaTokenSettings> take_token_settings(KafkaProperties& properties);

// Asks for a token and waits for it; where the endpoint is not there or cannot answer now, a few times, unless
// `closing` has become true. Throws UserError where the endpoint refuses the client, or answers without a JWT, and
// TransientError where none of the tries was answered.
KafkaToken request_token(HttpClient& http, const KafkaTokenSettings& settings, const std::atomic<bool>& closing);

// Returns the address of the endpoint as errors show it: without query and fragment.
std::string shown_endpoint(const KafkaTokenSettings& settings);

}  // namespace tidemill
