#include "connectors/kafka/kafka_properties.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "connectors/kafka/login_module.h"

namespace tidemill {
namespace {

enum class Use : uint8_t { kBoth, kConsumer, kProducer };

// A property of Java's client and its name in librdkafka.
struct Property {
  std::string_view java;
  std::string_view client;
  Use use = Use::kBoth;
};

// Those whose names are the same stand here too: of what is not listed the user is told that nobody reads it.
constexpr std::array kProperties = {
    Property{"bootstrap.servers", "bootstrap.servers"},
    Property{"client.id", "client.id"},
    Property{"client.rack", "client.rack"},
    Property{"security.protocol", "security.protocol"},
    Property{"sasl.mechanism", "sasl.mechanism"},
    Property{"sasl.oauthbearer.token.endpoint.url", "sasl.oauthbearer.token.endpoint.url"},
    Property{"sasl.oauthbearer.client.credentials.client.id", "sasl.oauthbearer.client.id"},
    Property{"sasl.oauthbearer.client.credentials.client.secret", "sasl.oauthbearer.client.secret"},
    Property{"sasl.oauthbearer.scope", "sasl.oauthbearer.scope"},
    Property{"sasl.kerberos.service.name", "sasl.kerberos.service.name"},
    Property{"ssl.key.password", "ssl.key.password"},
    Property{"ssl.keystore.key", "ssl.key.pem"},
    Property{"ssl.keystore.certificate.chain", "ssl.certificate.pem"},
    Property{"ssl.truststore.certificates", "ssl.ca.pem"},
    Property{"ssl.cipher.suites", "ssl.cipher.suites"},
    Property{"request.timeout.ms", "socket.timeout.ms"},
    Property{"socket.connection.setup.timeout.ms", "socket.connection.setup.timeout.ms"},
    Property{"connections.max.idle.ms", "connections.max.idle.ms"},
    Property{"metadata.max.age.ms", "topic.metadata.refresh.interval.ms"},
    Property{"reconnect.backoff.ms", "reconnect.backoff.ms"},
    Property{"reconnect.backoff.max.ms", "reconnect.backoff.max.ms"},
    Property{"retry.backoff.ms", "retry.backoff.ms", Use::kProducer},
    Property{"group.id", "group.id", Use::kConsumer},
    Property{"isolation.level", "isolation.level", Use::kConsumer},
    Property{"fetch.min.bytes", "fetch.min.bytes", Use::kConsumer},
    Property{"fetch.max.bytes", "fetch.max.bytes", Use::kConsumer},
    Property{"fetch.max.wait.ms", "fetch.wait.max.ms", Use::kConsumer},
    Property{"max.partition.fetch.bytes", "max.partition.fetch.bytes", Use::kConsumer},
    Property{"check.crcs", "check.crcs", Use::kConsumer},
    Property{"queued.min.messages", "queued.min.messages", Use::kConsumer},
    Property{"queued.max.messages.kbytes", "queued.max.messages.kbytes", Use::kConsumer},
    Property{"acks", "acks", Use::kProducer},
    Property{"linger.ms", "linger.ms", Use::kProducer},
    Property{"batch.size", "batch.size", Use::kProducer},
    Property{"batch.num.messages", "batch.num.messages", Use::kProducer},
    Property{"compression.type", "compression.type", Use::kProducer},
    Property{"compression.gzip.level", "compression.level", Use::kProducer},
    Property{"compression.lz4.level", "compression.level", Use::kProducer},
    Property{"compression.zstd.level", "compression.level", Use::kProducer},
    Property{"delivery.timeout.ms", "delivery.timeout.ms", Use::kProducer},
    Property{"enable.idempotence", "enable.idempotence", Use::kProducer},
    Property{"max.in.flight.requests.per.connection", "max.in.flight.requests.per.connection", Use::kProducer},
    Property{"max.request.size", "message.max.bytes", Use::kProducer},
    Property{"retries", "retries", Use::kProducer},
    Property{"transaction.timeout.ms", "transaction.timeout.ms", Use::kProducer},
};

// Properties without an effect, and why.
struct Idle {
  std::string_view java;
  std::string_view why;
};
constexpr std::array kIdle = {
    Idle{"key.deserializer", "'key.format' says how keys are read"},
    Idle{"value.deserializer", "'format' says how values are read"},
    Idle{"key.serializer", "'key.format' says how keys are written"},
    Idle{"value.serializer", "'format' says how values are written"},
    Idle{"auto.offset.reset", "'scan.startup.mode' says where reading begins"},
    Idle{"enable.auto.commit", "offsets of the group are committed with each checkpoint"},
    Idle{"auto.commit.interval.ms", "offsets of the group are committed with each checkpoint"},
    Idle{"buffer.memory", "'state.memory.size' bounds what the job holds"},
    Idle{"max.block.ms", "a full buffer slows the job down"},
    Idle{"max.poll.records", "rows are read in batches of the engine's own"},
    Idle{"max.poll.interval.ms", "the job is no member of the group"},
    Idle{"session.timeout.ms", "the job is no member of the group"},
    Idle{"heartbeat.interval.ms", "the job is no member of the group"},
    Idle{"group.instance.id", "the job is no member of the group"},
    Idle{"group.protocol", "the job is no member of the group"},
    Idle{"partition.assignment.strategy", "the job is no member of the group"},
    Idle{"partition.discovery.interval.ms", "'scan.topic-partition-discovery.interval' is that"},
    Idle{"client.id.prefix", "'properties.client.id' is used as it is"},
    Idle{"allow.auto.create.topics", "a topic that is read must exist"},
    Idle{"partitioner.class", "'sink.partitioner' says where rows go"},
    Idle{"interceptor.classes", "no classes are loaded"},
    Idle{"metric.reporters", "no classes are loaded"},
    Idle{"ssl.protocol", "TLS 1.2 or newer is agreed upon"},
    Idle{"ssl.enabled.protocols", "TLS 1.2 or newer is agreed upon"},
    Idle{"ssl.provider", "it is OpenSSL"},
    Idle{"ssl.truststore.password", "PEM files of certificates have none"},
    Idle{"sasl.oauthbearer.sub.claim.name", "a user's name is the claim sub"},
    Idle{"sasl.oauthbearer.scope.claim.name", "brokers alone look at the scope of a token"},
    Idle{"sasl.login.connect.timeout.ms", "a token is waited for 10 seconds"},
    Idle{"sasl.login.read.timeout.ms", "a token is waited for 10 seconds"},
    Idle{"sasl.login.retry.backoff.ms", "a token is asked for again until there is one"},
    Idle{"sasl.login.retry.backoff.max.ms", "a token is asked for again until there is one"},
    Idle{"sasl.login.refresh.window.factor", "tokens are renewed after four fifths of their time"},
    Idle{"sasl.login.refresh.window.jitter", "tokens are renewed after four fifths of their time"},
    Idle{"sasl.login.refresh.min.period.seconds", "tokens are renewed after four fifths of their time"},
    Idle{"sasl.login.refresh.buffer.seconds", "tokens are renewed after four fifths of their time"},
    Idle{"sasl.client.callback.handler.class", "the login module in 'properties.sasl.jaas.config' says it all"},
    Idle{"send.buffer.bytes", "the system chooses"},
    Idle{"receive.buffer.bytes", "the system chooses"},
};

// Classes of Java's client which do what is done here: they ask a token endpoint by a client's credentials.
struct KnownClass {
  std::string_view java;
  std::string_view name;
};
constexpr std::array kKnownClasses = {
    KnownClass{"sasl.login.callback.handler.class",
               "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler"},
    KnownClass{"sasl.login.callback.handler.class",
               "org.apache.kafka.common.security.oauthbearer.secured.OAuthBearerLoginCallbackHandler"},
    KnownClass{"sasl.oauthbearer.jwt.retriever.class",
               "org.apache.kafka.common.security.oauthbearer.DefaultJwtRetriever"},
    KnownClass{"sasl.oauthbearer.jwt.retriever.class",
               "org.apache.kafka.common.security.oauthbearer.ClientCredentialsJwtRetriever"},
};

bool is_for(const Property& property, KafkaClientUse use) {
  if (property.use == Use::kBoth) return true;
  return (property.use == Use::kConsumer) == (use == KafkaClientUse::kConsumer);
}

// Java's stores of certificates: only those that are PEM can be read.
void require_pem(const Options& options, const std::string& kind) {
  const std::string type = options.find_text(fmt::format("properties.ssl.{}.type", kind)).value_or("");
  const std::string path = options.find_text(fmt::format("properties.ssl.{}.location", kind)).value_or("");
  const bool pem = type == "PEM" || (type.empty() && (path.ends_with(".pem") || path.ends_with(".crt")));
  if (pem) return;
  const std::string store = kind == "truststore" ? "certificates" : "a certificate and its key";
  throw UserError(
      fmt::format("Option 'properties.ssl.{}.location': '{}' is a store of Java's, which cannot be read", kind, path),
      fmt::format("Write {} as PEM: keytool -importkeystore -srckeystore {} -destkeystore store.p12 -deststoretype "
                  "PKCS12, then openssl pkcs12 -in store.p12 -nodes -out store.pem; name store.pem here, and set "
                  "'properties.ssl.{}.type' = 'PEM'.",
                  store, path.empty() ? "FILE" : path, kind));
}

void take_stores(const Options& options, KafkaProperties& properties) {
  if (const auto path = options.find_text("properties.ssl.truststore.location")) {
    require_pem(options, "truststore");
    properties["ssl.ca.location"] = *path;
  }
  if (const auto path = options.find_text("properties.ssl.keystore.location")) {
    require_pem(options, "keystore");
    properties["ssl.certificate.location"] = *path;  // one PEM file holds both
    properties["ssl.key.location"] = *path;
    if (const auto password = options.find_text("properties.ssl.keystore.password"))
      properties["ssl.key.password"] = *password;
  }
  if (const auto algorithm = options.find_text("properties.ssl.endpoint.identification.algorithm"))
    properties["ssl.endpoint.identification.algorithm"] = algorithm->empty() ? "none" : *algorithm;
  else
    properties["ssl.endpoint.identification.algorithm"] = "https";  // Java's default
}

// Takes a property that names a class. Throws UserError where it is another than those that do what is done here.
bool is_known_class(std::string_view property, std::string_view value) {
  std::vector<std::string_view> known;
  for (const KnownClass& one : kKnownClasses)
    if (one.java == property) known.push_back(one.name);
  if (known.empty() || std::ranges::find(known, value) != known.end()) return !known.empty();
  throw UserError(
      fmt::format("Option 'properties.{}': class '{}' cannot be loaded: nothing here runs Java", property, value),
      fmt::format("Tokens are asked of an endpoint with a client's id and secret, as {} does.", known.front()));
}

// Says how the client gets its tokens, where the login module does not make them.
void complete_token_login(KafkaProperties& properties) {
  const auto mechanism = properties.find("sasl.mechanism");
  if (mechanism == properties.end() || mechanism->second != "OAUTHBEARER" ||
      properties.contains("enable.sasl.oauthbearer.unsecure.jwt"))
    return;
  for (const auto& [client, what] :
       {std::pair("sasl.oauthbearer.token.endpoint.url", "'properties.sasl.oauthbearer.token.endpoint.url'"),
        std::pair("sasl.oauthbearer.client.id", "clientId in 'properties.sasl.jaas.config'"),
        std::pair("sasl.oauthbearer.client.secret", "clientSecret in 'properties.sasl.jaas.config'")})
    if (!properties.contains(client))
      throw UserError(fmt::format("'properties.sasl.mechanism' = 'OAUTHBEARER' needs {}", what),
                      "Tokens come from an endpoint: write 'properties.sasl.oauthbearer.token.endpoint.url' = "
                      "'https://…/token', and 'properties.sasl.jaas.config' = "
                      "'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required clientId=\"ID\" "
                      "clientSecret=\"SECRET\" scope=\"SCOPE\";' (scope where the endpoint wants one).");
  properties["sasl.oauthbearer.method"] = "oidc";
}

std::string unknown_property(const std::string& name) {
  std::vector<std::string> known;
  for (const Property& property : kProperties) known.emplace_back(property.java);
  const std::optional<std::string> nearest = nearest_name(name, known);
  return fmt::format("'properties.{}' has no effect: it is no property of a client that is known here.{}", name,
                     nearest ? fmt::format(" Did you mean 'properties.{}'?", *nearest) : "");
}

// Properties that another function takes.
bool is_taken_elsewhere(std::string_view name) {
  static constexpr std::array kElsewhere = {
      std::string_view("sasl.jaas.config"),
      std::string_view("ssl.truststore.location"),
      std::string_view("ssl.truststore.type"),
      std::string_view("ssl.keystore.location"),
      std::string_view("ssl.keystore.type"),
      std::string_view("ssl.keystore.password"),
      std::string_view("ssl.endpoint.identification.algorithm"),
  };
  return std::ranges::find(kElsewhere, name) != kElsewhere.end();
}

}  // namespace

ClientProperties client_properties(const Options& options, KafkaClientUse use) {
  ClientProperties out;
  for (const auto& [name, value] : options.written_under("properties.")) {
    if (is_taken_elsewhere(name) || is_known_class(name, value)) continue;
    const auto* const known = std::ranges::find(kProperties, name, &Property::java);
    if (known != kProperties.end()) {
      if (is_for(*known, use)) out.properties[std::string(known->client)] = value;
      continue;
    }
    const auto* const idle = std::ranges::find(kIdle, name, &Idle::java);
    out.warnings.push_back(idle == kIdle.end() ? unknown_property(name)
                                               : fmt::format("'properties.{}' has no effect: {}.", name, idle->why));
  }
  const std::string protocol = options.find_text("properties.security.protocol").value_or("PLAINTEXT");
  const std::string endpoint = options.find_text("properties.sasl.oauthbearer.token.endpoint.url").value_or("");
  if (protocol.find("SSL") != std::string::npos || endpoint.starts_with("https:")) take_stores(options, out.properties);
  if (const auto login = options.find_text("properties.sasl.jaas.config"))
    for (const auto& [name, value] : login_properties(*login)) out.properties[name] = value;
  complete_token_login(out.properties);
  return out;
}

std::map<std::string, std::string> written_properties(const Options& options, KafkaClientUse use) {
  std::map<std::string, std::string> written;
  for (const auto& [name, value] : options.written_under("properties.")) {
    const auto* const known = std::ranges::find(kProperties, name, &Property::java);
    const bool means_something = known == kProperties.end() ? is_taken_elsewhere(name) : is_for(*known, use);
    if (means_something && name != "bootstrap.servers") written["properties." + name] = value;
  }
  return written;
}

std::string kafka_domain(const KafkaProperties& properties) {
  std::vector<std::string> servers;
  std::string_view rest = properties.at("bootstrap.servers");
  while (!rest.empty()) {
    const std::string_view server = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(server.size() + 1, rest.size()));
    servers.emplace_back(server.substr(std::min(server.find_first_not_of(' '), server.size())));
  }
  std::ranges::sort(servers);
  return fmt::format("kafka {}", fmt::join(servers, ","));
}

std::vector<OptionSpec> property_options() {
  using enum OptionType;
  return {
      {"properties.bootstrap.servers", kString, "Brokers to ask first: host:port, separated by commas.", "", true},
      {"properties.group.id", kString,
       "Consumer group whose offsets tell how far the job has read; 'KafkaSource-<table>' where it is not set."},
      {"properties.isolation.level",
       kEnum,
       "Whether messages of open and aborted transactions are read.",
       "read_committed",
       false,
       {"read_committed", "read_uncommitted"}},
      {"properties.sasl.jaas.config", kSecret, "Login module of Java's with user and password."},
      {"properties.sasl.oauthbearer.client.credentials.client.secret", kSecret,
       "Secret of the client that asks for tokens, where 'sasl.jaas.config' has none."},
      {"properties.ssl.key.password", kSecret, "Password of the client's key."},
      {"properties.ssl.keystore.password", kSecret, "Password of the client's key."},
      {"properties.ssl.truststore.password", kSecret, "Has no effect: certificates are PEM."},
      {"properties.ssl.keystore.key", kSecret, "The client's key, as PEM."},
      {"properties.#", kString, "Any property of Java's Kafka client; it is translated to librdkafka's."},
  };
}

}  // namespace tidemill
