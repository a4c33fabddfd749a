#include "env/real/kafka_token.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/base64.h"
#include "base/error.h"
#include "base/url_encoding.h"

namespace tidemill {
namespace {

using nlohmann::json;

constexpr int kTries = 3;                      // where the endpoint is not there, or cannot answer
constexpr DurationMillis kFirstPauseMs = 200;  // before the second one; then twice as long
constexpr size_t kErrorCodeBytesMax = 64;
constexpr std::string_view kHint =
    "Check 'properties.sasl.oauthbearer.token.endpoint.url', and clientId, clientSecret and scope in "
    "'properties.sasl.jaas.config'.";

std::string take(KafkaProperties& properties, const std::string& name) {
  const auto node = properties.extract(name);
  return node.empty() ? "" : node.mapped();
}

// Reads "name=value,name=value".
std::vector<std::pair<std::string, std::string>> parse_extensions(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> extensions;
  while (!text.empty()) {
    const std::string_view one = text.substr(0, text.find(','));
    text.remove_prefix(std::min(one.size() + 1, text.size()));
    const size_t equals = std::min(one.find('='), one.size());
    extensions.emplace_back(one.substr(0, equals), one.substr(std::min(equals + 1, one.size())));
  }
  return extensions;
}

// The code of an error (RFC 6749, 5.2): one of a few words. Anything else may hold what must not be shown.
std::string error_code(const json& answer) {
  if (!answer.is_object() || !answer.contains("error") || !answer["error"].is_string()) return "";
  std::string code = answer["error"];
  const bool word = std::ranges::all_of(code, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
  return word && code.size() <= kErrorCodeBytesMax ? code : "";
}

// Statuses that may be another one the next time: the endpoint is busy, or out of order.
bool is_passing(int32_t status) { return status == 408 || status == 429 || status >= 500; }

// Decodes a part of a JWT: base64 with two letters of its own and no padding, and JSON in it.
json decode_part(std::string_view part) {
  std::string text(part);
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  text.append((4 - text.size() % 4) % 4, '=');
  std::string bytes;
  return decode_base64(text, bytes) ? json::parse(bytes, nullptr, false) : json();
}

KafkaToken read_token(std::string text, const std::string& endpoint) {
  const auto fail = [&](std::string_view what) {
    throw UserError(
        fmt::format("The token of {} {}", endpoint, what),
        "Brokers take a JWT with the claims sub and exp: see that the endpoint gives access tokens of that form.");
  };
  const size_t first = text.find('.');
  const size_t second = first == std::string::npos ? first : text.find('.', first + 1);
  if (second == std::string::npos) fail("is no JWT");
  const json claims = decode_part(std::string_view(text).substr(first + 1, second - first - 1));
  if (!claims.is_object()) fail("is no JWT");
  if (!claims.contains("exp") || !claims["exp"].is_number()) fail("has no claim exp");
  if (!claims.contains("sub") || !claims["sub"].is_string() || claims["sub"].get<std::string>().empty())
    fail("has no claim sub");
  const auto expires = static_cast<EpochMillis>(claims["exp"].get<double>() * 1000);
  return {std::move(text), claims["sub"], expires};
}

HttpRequest request_of(const KafkaTokenSettings& settings) {
  std::string credentials = "Basic ";
  append_base64(credentials, settings.client_id + ":" + settings.client_secret);
  HttpRequest request;
  request.method = "POST";
  request.url = settings.endpoint;
  request.headers = {{"Accept", "application/json"},
                     {"Authorization", std::move(credentials)},
                     {"Cache-Control", "no-cache"},
                     {"Content-Type", "application/x-www-form-urlencoded"}};
  request.body = "grant_type=client_credentials";
  if (!settings.scope.empty()) {
    request.body += "&scope=";
    append_url_encoded(request.body, settings.scope);
  }
  request.tls = settings.tls;
  return request;
}

KafkaToken try_token(HttpClient& http, const KafkaTokenSettings& settings) {
  const std::string endpoint = shown_endpoint(settings);
  const HttpResponse response = http.send(request_of(settings));
  const json answer = json::parse(response.body, nullptr, false);
  if (response.status != 200 && response.status != 201) {
    const std::string code = error_code(answer);
    const std::string what = fmt::format("Token endpoint {} answered with status {}{}", endpoint, response.status,
                                         code.empty() ? "" : fmt::format(" ({})", code));
    if (is_passing(response.status)) throw TransientError(what);
    throw UserError(what, std::string(kHint));
  }
  if (!answer.is_object() || !answer.contains("access_token") || !answer["access_token"].is_string())
    throw UserError(fmt::format("Token endpoint {} answered with status {}, and without an access_token", endpoint,
                                response.status),
                    std::string(kHint));
  return read_token(answer["access_token"], endpoint);
}

}  // namespace

std::string shown_endpoint(const KafkaTokenSettings& settings) {
  return settings.endpoint.substr(0, settings.endpoint.find_first_of("?#"));
}

std::optional<KafkaTokenSettings> take_token_settings(KafkaProperties& properties) {
  if (take(properties, "sasl.oauthbearer.method") != "oidc") return std::nullopt;
  KafkaTokenSettings settings;
  settings.endpoint = take(properties, "sasl.oauthbearer.token.endpoint.url");
  settings.client_id = take(properties, "sasl.oauthbearer.client.id");
  settings.client_secret = take(properties, "sasl.oauthbearer.client.secret");
  settings.scope = take(properties, "sasl.oauthbearer.scope");
  settings.extensions = parse_extensions(take(properties, "sasl.oauthbearer.extensions"));
  if (const auto file = properties.find("ssl.ca.location"); file != properties.end()) settings.tls.ca = file->second;
  const size_t scheme = settings.endpoint.find("://");
  const size_t path = scheme == std::string::npos ? scheme : settings.endpoint.find('/', scheme + 3);
  if (settings.endpoint.substr(0, path).find('@') != std::string::npos)
    throw UserError("Option 'properties.sasl.oauthbearer.token.endpoint.url': the address has a user in it",
                    "Write user and password as clientId and clientSecret in 'properties.sasl.jaas.config'.");
  if (settings.endpoint.starts_with("https:") && settings.tls.ca.empty() && properties.contains("ssl.ca.pem"))
    throw UserError(
        fmt::format("For token endpoint {} certificates are read from a file alone", shown_endpoint(settings)),
        "Write them to a PEM file, and set 'properties.ssl.truststore.location' in place of "
        "'properties.ssl.truststore.certificates'.");
  return settings;
}

KafkaToken request_token(HttpClient& http, const KafkaTokenSettings& settings, const std::atomic<bool>& closing) {
  for (int next = 2;; ++next) {
    try {
      return try_token(http, settings);
    } catch (const TransientError&) {
      if (next > kTries || closing.load()) throw;
    }
    http.wait(kFirstPauseMs << (next - 2));
  }
}

}  // namespace tidemill
