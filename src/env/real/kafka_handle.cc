#include "env/real/kafka_handle.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace tidemill {
namespace {

constexpr int kWarning = 4;  // of syslog
constexpr size_t kReasonBytes = 512;
// Java's request.timeout.ms: how soon a connection is noticed whose other end is gone.
constexpr std::chrono::milliseconds kAnswerLimit(30'000);
constexpr int kScramVersion = 0x020601ff;  // of librdkafka

std::string value_of(const KafkaProperties& properties, const std::string& name) {
  const auto found = properties.find(name);
  return found == properties.end() ? "" : found->second;
}

// What librdkafka calls an error whose cure is the user's.
enum class Cure { kWait, kCredentials, kTls, kPermission, kTopic, kSize };

Cure cure_of(rd_kafka_resp_err_t error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM:
    case RD_KAFKA_RESP_ERR_ILLEGAL_SASL_STATE:
      return Cure::kCredentials;
    case RD_KAFKA_RESP_ERR__SSL:
      return Cure::kTls;
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
      return Cure::kPermission;
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      return Cure::kTopic;
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
      return Cure::kSize;
    default:
      return Cure::kWait;
  }
}

std::string_view hint_of(Cure cure) {
  switch (cure) {
    case Cure::kCredentials:
      return "Check 'properties.security.protocol', 'properties.sasl.mechanism' and the user and password in "
             "'properties.sasl.jaas.config'.";
    case Cure::kTls:
      return "Check 'properties.security.protocol', that 'properties.ssl.truststore.location' names the certificates, "
             "as "
             "PEM, that the servers' are signed by, and, where servers ask for one, that "
             "'properties.ssl.keystore.location' names a certificate that they trust, with its key.";
    case Cure::kPermission:
      return "Grant the user access (kafka-acls), or name another one.";
    case Cure::kTopic:
      return "Check the name of the topic; kafka-topics --list shows those that there are.";
    case Cure::kSize:
      return "Raise 'properties.max.request.size' here and 'max.message.bytes' of the topic, or write smaller rows.";
    case Cure::kWait:
      break;
  }
  return "";
}

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

// The other side takes no certificate, or has shown a wrong one: trying again does not help.
bool is_about_certificates(std::string_view reason) {
  return has(reason, "certificate verify failed") || has(reason, "alert certificate") ||
         has(reason, "alert bad certificate") || has(reason, "alert unknown ca") || has(reason, "certificate required");
}

// What kind of error it is, which librdkafka does not always tell by its number.
rd_kafka_resp_err_t sharper(rd_kafka_resp_err_t error, std::string_view reason) {
  if (is_about_certificates(reason)) return RD_KAFKA_RESP_ERR__SSL;
  // A broker that dies looks like this too.
  if (error == RD_KAFKA_RESP_ERR__SSL && has(reason, "Disconnected")) return RD_KAFKA_RESP_ERR__TRANSPORT;
  return error;
}

// Returns a setting as the options of tables name it, where that is by Java's name.
std::string option_of(std::string_view setting) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kByJava = {{
      {"compression.level", "compression.<type>.level"},
      {"fetch.wait.max.ms", "fetch.max.wait.ms"},
      {"message.max.bytes", "max.request.size"},
      {"sasl.password", "sasl.jaas.config"},
      {"sasl.username", "sasl.jaas.config"},
      {"socket.timeout.ms", "request.timeout.ms"},
      {"ssl.ca.location", "ssl.truststore.location"},
      {"ssl.ca.pem", "ssl.truststore.certificates"},
      {"ssl.certificate.location", "ssl.keystore.location"},
      {"ssl.certificate.pem", "ssl.keystore.certificate.chain"},
      {"ssl.key.location", "ssl.keystore.location"},
      {"topic.metadata.refresh.interval.ms", "metadata.max.age.ms"},
  }};
  const auto* const found = std::ranges::find(kByJava, setting, &std::pair<std::string_view, std::string_view>::first);
  return fmt::format("properties.{}", found == kByJava.end() ? setting : found->second);
}

}  // namespace

std::chrono::milliseconds milliseconds_of(const KafkaProperties& properties, const std::string& name,
                                          std::chrono::milliseconds otherwise) {
  const std::string text = value_of(properties, name);
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::chrono::milliseconds(value) : otherwise;
}

KafkaHandle::KafkaHandle(rd_kafka_type_t type, const KafkaProperties& properties, Delivered delivered, void* opaque)
    : servers_(value_of(properties, "bootstrap.servers")),
      user_(value_of(properties, "sasl.username")),
      mechanism_(value_of(properties, "sasl.mechanism")),
      delivered_(delivered),
      user_opaque_(opaque) {
  rd_kafka_conf_t* const settings = rd_kafka_conf_new();
  std::array<char, kReasonBytes> reason = {};
  // The client insists that it is no longer than a transaction.
  const auto answer_limit = std::min(milliseconds_of(properties, "transaction.timeout.ms", kAnswerLimit), kAnswerLimit);
  rd_kafka_conf_set(settings, "socket.timeout.ms", std::to_string(answer_limit.count()).c_str(), reason.data(),
                    reason.size());
  for (const auto& [name, value] : properties) {
    if (rd_kafka_conf_set(settings, name.c_str(), value.c_str(), reason.data(), reason.size()) == RD_KAFKA_CONF_OK)
      continue;
    rd_kafka_conf_destroy(settings);
    std::string_view why(reason.data());
    while (why.ends_with('\n')) why.remove_suffix(1);
    throw UserError(fmt::format("The Kafka client refuses option '{}': {}", option_of(name), why),
                    "Kafka's documentation of its clients says which values it takes.");
  }
  rd_kafka_conf_set_opaque(settings, this);
  rd_kafka_conf_set_error_cb(settings, &KafkaHandle::on_error);
  rd_kafka_conf_set_log_cb(settings, &KafkaHandle::on_log);
  if (delivered_ != nullptr)
    rd_kafka_conf_set_dr_msg_cb(settings, [](rd_kafka_t* client, const rd_kafka_message_t* message, void* self) {
      const auto* handle = static_cast<KafkaHandle*>(self);
      handle->delivered_(client, message, handle->user_opaque_);
    });
  client_ = rd_kafka_new(type, settings, reason.data(), reason.size());
  if (client_ != nullptr) return;
  rd_kafka_conf_destroy(settings);
  for (const char* const file : {"ssl.ca.location", "ssl.certificate.location", "ssl.key.location"})
    if (properties.contains(file) && std::string_view(reason.data()).starts_with(file))
      throw UserError(
          fmt::format("Option '{}': '{}' cannot be read: {}", option_of(file), properties.at(file), reason.data()),
          "Name a file in PEM form that this user may read.");
  throw UserError(fmt::format("The Kafka client cannot be made: {}", reason.data()),
                  "Check the table's 'properties.…' options.");
}

KafkaHandle::~KafkaHandle() {
  // A consumer need not leave a group, since it is in none; a producer gives up what it has not sent.
  if (client_ != nullptr) rd_kafka_destroy_flags(client_, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}

void KafkaHandle::on_error(rd_kafka_t*, int error, const char* reason, void* opaque) {
  static_cast<KafkaHandle*>(opaque)->note(static_cast<rd_kafka_resp_err_t>(error), reason);
}

void KafkaHandle::on_log(const rd_kafka_t* client, int level, const char*, const char* text) {
  if (level > kWarning) return;
  auto* const handle = static_cast<KafkaHandle*>(rd_kafka_opaque(client));
  const std::lock_guard lock(handle->mutex_);
  if (handle->problem_.empty()) handle->problem_ = text;
}

void KafkaHandle::note(rd_kafka_resp_err_t error, std::string reason) {
  ++errors_told_;
  error = sharper(error, reason);
  const std::lock_guard lock(mutex_);
  // That all brokers are down says less than why one of them is; what the user must mend says more than all else.
  if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN && !problem_.empty()) return;
  if (cure_of(problem_error_) != Cure::kWait && cure_of(error) == Cure::kWait) return;
  problem_error_ = error;
  problem_ = std::move(reason);
}

std::string KafkaHandle::problem() const {
  const std::lock_guard lock(mutex_);
  return problem_;
}

void KafkaHandle::all_is_well() {
  const std::lock_guard lock(mutex_);
  problem_.clear();
  problem_error_ = RD_KAFKA_RESP_ERR_NO_ERROR;
}

void KafkaHandle::throw_refused() const {
  std::string known;
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
  {
    const std::lock_guard lock(mutex_);
    error = problem_error_;
    known = problem_;
  }
  const Cure cure = cure_of(error);
  if (cure == Cure::kCredentials || (cure == Cure::kTls && is_about_certificates(known)))
    fail("the brokers do not let the client in", error, known);
}

void KafkaHandle::fail(std::string_view what, rd_kafka_resp_err_t error, std::string_view reason,
                       std::chrono::milliseconds tried) const {
  std::string known;
  rd_kafka_resp_err_t cause = error;
  {
    const std::lock_guard lock(mutex_);
    known = problem_;
    if (cure_of(cause) == Cure::kWait && problem_error_ != RD_KAFKA_RESP_ERR_NO_ERROR) cause = problem_error_;
  }
  std::string text = fmt::format("Kafka at {}: {}: {}", servers_, what, reason);
  if (tried.count() > 0) text += fmt::format(", after trying for {} s", (tried.count() + 999) / 1000);
  if (!known.empty() && known != reason) text += fmt::format(" ({})", known);
  const Cure cure = cure_of(cause);
  if (cure == Cure::kCredentials && !user_.empty()) text += fmt::format(" (user '{}')", user_);
  // Brokers of Kafka 4 insist on what older clients get wrong (confluentinc/librdkafka#4895).
  if (cure == Cure::kCredentials && mechanism_.starts_with("SCRAM") && rd_kafka_version() < kScramVersion)
    text += fmt::format("; this client is librdkafka {}, and brokers of Kafka 4 take SCRAM from 2.6.1 on",
                        rd_kafka_version_str());
  if (cure != Cure::kWait) throw UserError(std::move(text), std::string(hint_of(cure)));
  const bool unreachable = cause == RD_KAFKA_RESP_ERR__TRANSPORT || cause == RD_KAFKA_RESP_ERR__RESOLVE ||
                           cause == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN || cause == RD_KAFKA_RESP_ERR__TIMED_OUT;
  if (unreachable)
    text +=
        ". Check that the broker runs, that 'properties.bootstrap.servers' names it, and that the addresses which "
        "it advertises can be reached from here";
  if (has(known, "security.protocol") || has(known, "PLAINTEXT broker listener"))
    text += ". Check 'properties.security.protocol' too";
  throw TransientError(std::move(text));
}

}  // namespace tidemill
