#include "env/real/kafka_handle.h"

#include <algorithm>
#include <array>

#include "env/kafka_settings.h"

namespace tidemill {
namespace {

constexpr int kWarning = 4;  // of syslog
constexpr size_t kReasonBytes = 512;
// Java's request.timeout.ms: how soon a connection is noticed whose other end is gone.
constexpr DurationMillis kAnswerLimitMs = 30'000;

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

// Throws UserError for settings that librdkafka refuses one by one.
rd_kafka_conf_t* settings_of(const KafkaProperties& properties) {
  rd_kafka_conf_t* const settings = rd_kafka_conf_new();
  std::array<char, kReasonBytes> reason = {};
  // The client insists that it is no longer than a transaction.
  const int64_t answer_limit =
      std::min(kafka_setting(properties, "transaction.timeout.ms", kAnswerLimitMs), kAnswerLimitMs);
  rd_kafka_conf_set(settings, "socket.timeout.ms", std::to_string(answer_limit).c_str(), reason.data(), reason.size());
  for (const auto& [name, value] : properties) {
    if (rd_kafka_conf_set(settings, name.c_str(), value.c_str(), reason.data(), reason.size()) == RD_KAFKA_CONF_OK)
      continue;
    rd_kafka_conf_destroy(settings);
    std::string_view why(reason.data());
    while (why.ends_with('\n')) why.remove_suffix(1);
    throw UserError(fmt::format("The Kafka client refuses option '{}': {}", option_of(name), why),
                    "Kafka's documentation of its clients says which values it takes.");
  }
  return settings;
}

// Throws why a client could not be made.
[[noreturn]] void fail_made(const KafkaProperties& properties, std::string_view reason) {
  for (const char* const file : {"ssl.ca.location", "ssl.certificate.location", "ssl.key.location"})
    if (properties.contains(file) && reason.starts_with(file))
      throw UserError(fmt::format("Option '{}': '{}' cannot be read: {}", option_of(file), properties.at(file), reason),
                      "Name a file in PEM form that this user may read.");
  throw UserError(fmt::format("The Kafka client cannot be made: {}", reason),
                  "Check the table's 'properties.…' options.");
}

}  // namespace

KafkaHandle::KafkaHandle(rd_kafka_type_t type, KafkaProperties properties, HttpClient& http, Delivered delivered,
                         void* opaque)
    : condition_(properties),
      http_(http),
      token_settings_(take_token_settings(properties)),
      delivered_(delivered),
      user_opaque_(opaque) {
  rd_kafka_conf_t* const settings = settings_of(properties);
  rd_kafka_conf_set_opaque(settings, this);
  rd_kafka_conf_set_error_cb(settings, &KafkaHandle::on_error);
  rd_kafka_conf_set_log_cb(settings, &KafkaHandle::on_log);
  if (delivered_ != nullptr)
    rd_kafka_conf_set_dr_msg_cb(settings, [](rd_kafka_t* client, const rd_kafka_message_t* message, void* self) {
      const auto* handle = static_cast<KafkaHandle*>(self);
      handle->delivered_(client, message, handle->user_opaque_);
    });
  if (token_settings_) {
    rd_kafka_conf_enable_sasl_queue(settings, 1);
    rd_kafka_conf_set_oauthbearer_token_refresh_cb(settings, &KafkaHandle::on_token_wanted);
  }
  std::array<char, kReasonBytes> reason = {};
  client_ = rd_kafka_new(type, settings, reason.data(), reason.size());
  if (client_ == nullptr) {
    rd_kafka_conf_destroy(settings);
    fail_made(properties, reason.data());
  }
  // On a thread of the client's: who polls a client does not wait for a token, and a consumer is not polled at all
  // while nothing arrives.
  if (!token_settings_) return;
  rd_kafka_error_t* const error = rd_kafka_sasl_background_callbacks_enable(client_);
  if (error == nullptr) return;
  // Without SASL the client wants no token.
  if (rd_kafka_error_code(error) != RD_KAFKA_RESP_ERR__NOT_CONFIGURED)
    condition_.note_no_token(fmt::format("No token can be asked for: {}", rd_kafka_error_string(error)), false);
  rd_kafka_error_destroy(error);
}

KafkaHandle::~KafkaHandle() {
  closing_.store(true);
  // A consumer need not leave a group, since it is in none; a producer gives up what it has not sent.
  if (client_ != nullptr) rd_kafka_destroy_flags(client_, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}

void KafkaHandle::on_error(rd_kafka_t*, int error, const char* reason, void* opaque) {
  static_cast<KafkaHandle*>(opaque)->condition_.note(static_cast<rd_kafka_resp_err_t>(error), reason);
}

void KafkaHandle::on_log(const rd_kafka_t* client, int level, const char*, const char* text) {
  if (level <= kWarning) static_cast<KafkaHandle*>(rd_kafka_opaque(client))->condition_.note_log(text);
}

void KafkaHandle::on_token_wanted(rd_kafka_t* client, const char*, void* opaque) {
  static_cast<KafkaHandle*>(opaque)->renew_token(client);
}

void KafkaHandle::renew_token(rd_kafka_t* client) {
  bool refused = false;
  std::string problem;
  try {
    const KafkaToken token = request_token(http_, *token_settings_, closing_);
    std::vector<const char*> extensions;  // name, value, name, value …
    for (const auto& [name, value] : token_settings_->extensions)
      extensions.insert(extensions.end(), {name.c_str(), value.c_str()});
    std::array<char, kReasonBytes> reason = {};
    const rd_kafka_resp_err_t error =
        rd_kafka_oauthbearer_set_token(client, token.text.c_str(), token.expires, token.principal.c_str(),
                                       extensions.data(), extensions.size(), reason.data(), reason.size());
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
      condition_.note_token();
      return;
    }
    refused = true;
    problem = fmt::format("The token of {} cannot be used: {}", shown_endpoint(*token_settings_), reason.data());
  } catch (const UserError& error) {
    refused = true;
    problem = error.hint().empty() ? error.what() : fmt::format("{}. {}", error.what(), error.hint());
  } catch (const std::exception& error) {
    problem = error.what();
  }
  condition_.note_no_token(problem, refused);
  rd_kafka_oauthbearer_set_token_failure(client, problem.c_str());  // the client asks again in 10 seconds
}

}  // namespace tidemill
