#include "formats/avro/registry/registry_options.h"

#include "base/base64.h"
#include "base/error.h"

namespace tidemill {
namespace {

// Returns the first of these options that was written.
std::optional<std::string> first_of(const Options& options, std::initializer_list<const char*> names) {
  for (const char* name : names)
    if (options.is_written(name)) return options.text(name);
  return std::nullopt;
}

[[noreturn]] void refuse_source(const Options& options, const char* name, const std::string& source,
                                const std::string& known) {
  throw UserError(fmt::format("'{}' = '{}' is not supported", options.full_name(name), source),
                  fmt::format("These are: {}.", known));
}

// Takes user:password@ out of a URL; returns it.
std::string take_user(std::string& url) {
  const size_t begin = url.find("://");
  if (begin == std::string::npos) return "";
  const size_t host = begin + 3;
  const size_t end = std::min(url.find('/', host), url.size());
  const size_t at = url.rfind('@', end);
  if (at == std::string::npos || at < host) return "";
  std::string user = url.substr(host, at - host);
  url.erase(host, at + 1 - host);
  return user;
}

std::vector<std::string> urls_of(const Options& options) {
  const std::optional<std::string> written = first_of(options, {"url", "schema-registry.url"});
  if (!written)
    throw UserError(fmt::format("Option '{}' is missing", options.full_name("url")),
                    "Name the schema registry: http://host:8081.");
  std::vector<std::string> urls;
  for (size_t begin = 0; begin <= written->size();) {
    const size_t end = std::min(written->find(',', begin), written->size());
    std::string url = written->substr(begin, end - begin);
    while (url.ends_with('/') || url.ends_with(' ')) url.pop_back();
    while (url.starts_with(' ')) url.erase(0, 1);
    if (url.find("://") == std::string::npos)
      throw UserError(fmt::format("'{}' is no address: '{}'", options.full_name("url"), url),
                      "Write http://host:port.");
    urls.push_back(std::move(url));
    begin = end + 1;
  }
  return urls;
}

std::string basic(const std::string& user_info) {
  std::string header = "Basic ";
  append_base64(header, user_info);
  return header;
}

std::string authorization_of(const Options& options, const std::string& user_of_url) {
  const auto bearer_source =
      first_of(options, {"bearer-auth.credentials-source", "properties.bearer.auth.credentials.source"});
  const auto token = first_of(options, {"bearer-auth.token", "properties.bearer.auth.token"});
  if (bearer_source && *bearer_source != "STATIC_TOKEN")
    refuse_source(options, "bearer-auth.credentials-source", *bearer_source, "STATIC_TOKEN");
  if (bearer_source && !token)
    throw UserError(fmt::format("Option '{}' is missing", options.full_name("bearer-auth.token")),
                    "'bearer-auth.credentials-source' = 'STATIC_TOKEN' needs it.");
  if (token) return "Bearer " + *token;
  const auto source = first_of(options, {"basic-auth.credentials-source", "properties.basic.auth.credentials.source"});
  const auto user_info = first_of(options, {"basic-auth.user-info", "properties.basic.auth.user.info"});
  if (source && *source != "USER_INFO" && *source != "URL")
    refuse_source(options, "basic-auth.credentials-source", *source, "USER_INFO, URL");
  if (source && *source == "USER_INFO" && !user_info)
    throw UserError(fmt::format("Option '{}' is missing", options.full_name("basic-auth.user-info")),
                    "'basic-auth.credentials-source' = 'USER_INFO' needs it: user:password.");
  if (user_info && !(source && *source == "URL")) return basic(*user_info);
  return user_of_url.empty() ? "" : basic(user_of_url);
}

HttpTls tls_of(const Options& options) {
  for (const char* name : {"ssl.truststore.location", "ssl.truststore.password"})
    if (options.is_written(name))
      throw UserError(
          fmt::format("'{}': Java's key stores are not read", options.full_name(name)),
          fmt::format("Write the certificates as PEM (keytool -exportcert -rfc) and name that file in '{}'.",
                      options.full_name("ssl.ca.location")));
  for (const char* name : {"ssl.keystore.location", "ssl.keystore.password"})
    if (options.is_written(name))
      throw UserError(
          fmt::format("'{}': Java's key stores are not read", options.full_name(name)),
          fmt::format("Write certificate and key as PEM (openssl pkcs12 -nodes) and name them in '{}' and '{}'.",
                      options.full_name("ssl.certificate.location"), options.full_name("ssl.key.location")));
  HttpTls tls;
  tls.ca = options.find_text("ssl.ca.location").value_or("");
  tls.certificate = options.find_text("ssl.certificate.location").value_or("");
  tls.key = options.find_text("ssl.key.location").value_or("");
  if (tls.certificate.empty() != tls.key.empty())
    throw UserError(fmt::format("'{}' and '{}' go together", options.full_name("ssl.certificate.location"),
                                options.full_name("ssl.key.location")),
                    "Name both, or neither.");
  return tls;
}

}  // namespace

std::vector<OptionSpec> registry_options() {
  using enum OptionType;
  return {
      {"url", kSecret, "Address of the schema registry; several with commas between them."},
      {"schema-registry.url", kSecret, "Older name of 'url'."},
      {"subject", kString,
       "The subject that the schema is registered under when writing; <topic>-value or <topic>-key."},
      {"schema-registry.subject", kString, "Older name of 'subject'."},
      {"schema", kString, "The Avro schema to read and write with, instead of that which the columns make."},
      {"schema-registry.schema", kString, "Older name of 'schema'."},
      {"auto.register.schemas", kBool, "Whether writing registers the schema; otherwise the registry must have it.",
       "true"},
      {"basic-auth.credentials-source", kString,
       "USER_INFO: 'basic-auth.user-info'; URL: user:password@ in the address."},
      {"basic-auth.user-info", kSecret, "user:password of the registry."},
      {"bearer-auth.credentials-source", kString, "STATIC_TOKEN: 'bearer-auth.token'."},
      {"bearer-auth.token", kSecret, "Token of the registry."},
      {"ssl.ca.location", kPath, "PEM file of the certificates that the registry's is checked against."},
      {"ssl.certificate.location", kPath, "PEM file of the client's certificate."},
      {"ssl.key.location", kPath, "PEM file of its key."},
      {"ssl.truststore.location", kPath, "Not read: it is Java's. See 'ssl.ca.location'."},
      {"ssl.truststore.password", kSecret, "Not read: it is Java's. See 'ssl.ca.location'."},
      {"ssl.keystore.location", kPath, "Not read: it is Java's. See 'ssl.certificate.location'."},
      {"ssl.keystore.password", kSecret, "Not read: it is Java's. See 'ssl.certificate.location'."},
      {"properties.basic.auth.credentials.source", kString, "Confluent's name of 'basic-auth.credentials-source'."},
      {"properties.basic.auth.user.info", kSecret, "Confluent's name of 'basic-auth.user-info'."},
      {"properties.bearer.auth.credentials.source", kString, "Confluent's name of 'bearer-auth.credentials-source'."},
      {"properties.bearer.auth.token", kSecret, "Confluent's name of 'bearer-auth.token'."},
  };
}

RegistrySettings registry_settings(const Options& options) {
  RegistrySettings settings;
  settings.urls = urls_of(options);
  std::string user;
  for (std::string& url : settings.urls)
    if (std::string one = take_user(url); !one.empty()) user = std::move(one);
  settings.authorization = authorization_of(options, user);
  settings.tls = tls_of(options);
  return settings;
}

std::string registry_subject(const FormatRequest& request) {
  const Options& options = request.options;
  if (const auto written = first_of(options, {"subject", "schema-registry.subject"})) return *written;
  if (!request.subject.empty()) return request.subject;
  throw UserError(
      fmt::format("Option '{}' is missing: table '{}' is written to", options.full_name("subject"), request.table),
      "Name the subject that the schema is registered under; with one topic it is <topic>-value.");
}

std::string registry_schema(const Options& options) {
  return first_of(options, {"schema", "schema-registry.schema"}).value_or("");
}

}  // namespace tidemill
