#include "env/real/kafka_condition.h"

#include "env/kafka_settings.h"

namespace tidemill {
namespace {

constexpr int kScramVersion = 0x020601ff;  // of librdkafka

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
             "as PEM, that the servers' are signed by, and, where servers ask for one, that "
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

}  // namespace

KafkaCondition::KafkaCondition(const KafkaProperties& properties)
    : servers_(kafka_setting(properties, "bootstrap.servers")),
      user_(kafka_setting(properties, "sasl.username", kafka_setting(properties, "sasl.oauthbearer.client.id"))),
      mechanism_(kafka_setting(properties, "sasl.mechanism")) {}

void KafkaCondition::note(rd_kafka_resp_err_t error, std::string reason) {
  ++errors_told_;
  error = sharper(error, reason);
  if (cure_of(error) == Cure::kTopic) ++topic_errors_;
  const std::lock_guard lock(mutex_);
  // The client repeats what it was told of its token; that brokers refuse an old one is no other problem.
  if (token_missing_ && cure_of(error) == Cure::kCredentials) return;
  // That all brokers are down says less than why one of them is; what the user must mend says more than all else.
  if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN && !problem_.empty()) return;
  if (cure_of(problem_error_) != Cure::kWait && cure_of(error) == Cure::kWait) return;
  problem_error_ = error;
  problem_ = std::move(reason);
}

void KafkaCondition::note_log(std::string_view text) {
  const std::lock_guard lock(mutex_);
  if (problem_.empty()) problem_ = text;
}

void KafkaCondition::note_no_token(std::string reason, bool refused) {
  const std::lock_guard lock(mutex_);
  token_missing_ = true;
  problem_error_ = refused && !had_token_ ? RD_KAFKA_RESP_ERR__AUTHENTICATION : RD_KAFKA_RESP_ERR__STATE;
  problem_ = std::move(reason);
}

void KafkaCondition::note_token() {
  const std::lock_guard lock(mutex_);
  had_token_ = true;
  if (!token_missing_) return;
  token_missing_ = false;
  problem_.clear();
  problem_error_ = RD_KAFKA_RESP_ERR_NO_ERROR;
}

std::string KafkaCondition::problem() const {
  const std::lock_guard lock(mutex_);
  return problem_;
}

void KafkaCondition::all_is_well() {
  const std::lock_guard lock(mutex_);
  if (token_missing_) return;  // connections that there are live on, and no other can be made
  problem_.clear();
  problem_error_ = RD_KAFKA_RESP_ERR_NO_ERROR;
}

void KafkaCondition::throw_refused() const {
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

void KafkaCondition::fail(std::string_view what, rd_kafka_resp_err_t error, std::string_view reason,
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
