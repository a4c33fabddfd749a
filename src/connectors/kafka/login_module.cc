#include "connectors/kafka/login_module.h"

#include <utility>

#include "base/error.h"

namespace tidemill {
namespace {

constexpr std::string_view kSpaces = " \t\r\n";
constexpr std::string_view kExample =
    "Write: org.apache.kafka.common.security.plain.PlainLoginModule required username=\"USER\" password=\"PASSWORD\"; "
    "or ScramLoginModule of …security.scram, or OAuthBearerLoginModule of …security.oauthbearer.";

[[noreturn]] void fail(std::string_view what) {
  throw UserError(fmt::format("Option 'properties.sasl.jaas.config': {}", what), std::string(kExample));
}

// Reads words, and texts in quotes in which a backslash takes the next character as it is.
class JaasScanner {
 public:
  explicit JaasScanner(std::string_view text) : text_(text) {}

  bool at_end() {
    skip_spaces();
    return at_ == text_.size() || text_[at_] == ';';
  }
  std::string_view word() {
    skip_spaces();
    const size_t begin = at_;
    while (at_ < text_.size() && kSpaces.find(text_[at_]) == std::string_view::npos && text_[at_] != '=' &&
           text_[at_] != ';')
      ++at_;
    return text_.substr(begin, at_ - begin);
  }
  std::string value() {
    skip_spaces();
    if (at_ == text_.size() || text_[at_++] != '=') fail("a name without a value");
    skip_spaces();
    if (at_ == text_.size() || (text_[at_] != '"' && text_[at_] != '\'')) return std::string(word());
    const char quote = text_[at_++];
    std::string out;
    while (at_ < text_.size() && text_[at_] != quote) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      out += text_[at_++];
    }
    if (at_ == text_.size()) fail("a value in quotes has no end");
    ++at_;
    return out;
  }

 private:
  void skip_spaces() {
    while (at_ < text_.size() && kSpaces.find(text_[at_]) != std::string_view::npos) ++at_;
  }
  std::string_view text_;
  size_t at_ = 0;
};

std::string take(std::map<std::string, std::string>& values, const std::string& name) {
  const auto found = values.find(name);
  if (found == values.end()) fail(fmt::format("{} is missing", name));
  return std::move(found->second);
}

KafkaProperties password_login(std::map<std::string, std::string>& values) {
  return {{"sasl.username", take(values, "username")}, {"sasl.password", take(values, "password")}};
}

// Returns the values "extension_<name>" as one text: name=value,name=value.
std::string take_extensions(std::map<std::string, std::string>& values) {
  constexpr std::string_view kPrefix = "extension_";
  std::string extensions;
  for (auto one = values.lower_bound(std::string(kPrefix)); one != values.end() && one->first.starts_with(kPrefix);) {
    if (one->second.find(',') != std::string::npos) fail(fmt::format("the value of {} has a comma", one->first));
    if (!extensions.empty()) extensions += ',';
    extensions += fmt::format("{}={}", one->first.substr(kPrefix.size()), one->second);
    one = values.erase(one);
  }
  return extensions;
}

// With a token's claims the client makes tokens that nobody signs, for tests; otherwise it asks the token endpoint.
KafkaProperties token_login(std::map<std::string, std::string>& values) {
  if (values.contains("unsecuredLoginStringClaim_sub"))
    return {{"enable.sasl.oauthbearer.unsecure.jwt", "true"},
            {"sasl.oauthbearer.config", "principal=" + take(values, "unsecuredLoginStringClaim_sub")}};
  KafkaProperties properties;
  if (std::string extensions = take_extensions(values); !extensions.empty())
    properties["sasl.oauthbearer.extensions"] = std::move(extensions);
  for (const auto& [name, client] :
       {std::pair("clientId", "sasl.oauthbearer.client.id"),
        std::pair("clientSecret", "sasl.oauthbearer.client.secret"), std::pair("scope", "sasl.oauthbearer.scope")})
    if (const auto node = values.extract(name)) properties[client] = node.mapped();
  if (!values.empty())
    fail(fmt::format("{} is not known{}", values.begin()->first,
                     values.begin()->first.starts_with("ssl.")
                         ? ": the token endpoint is trusted by 'properties.ssl.truststore.location'"
                         : ""));
  return properties;
}

}  // namespace

KafkaProperties login_properties(std::string_view text) {
  JaasScanner scanner(text);
  const std::string_view login_class = scanner.word();
  if (scanner.word() != "required") fail("after the class comes the word required");
  std::map<std::string, std::string> values;
  while (!scanner.at_end()) {
    const std::string name(scanner.word());
    values[name] = scanner.value();
  }
  if (login_class.ends_with(".PlainLoginModule") || login_class.ends_with(".ScramLoginModule"))
    return password_login(values);
  if (login_class.ends_with(".OAuthBearerLoginModule")) return token_login(values);
  fail(fmt::format("login module '{}' is not known", login_class));
}

}  // namespace tidemill
