#include "formats/avro/registry/schema_registry.h"

#include <nlohmann/json.hpp>

#include "base/error.h"

namespace tidemill {
namespace {

using Json = nlohmann::json;

constexpr int32_t kReferencesDepthMax = 16;
constexpr DurationMillis kTimeoutMs = 10000;
constexpr size_t kShownBytesMax = 300;
constexpr const char* kContentType = "application/vnd.schemaregistry.v1+json";

// What the registry says of an error, for people.
std::string message_of(const HttpResponse& response) {
  const Json json = Json::parse(response.body, nullptr, false);
  const auto message = json.is_object() ? json.find("message") : json.end();
  if (json.is_object() && message != json.end() && message->is_string())
    return message->get<std::string>().substr(0, kShownBytesMax);
  return response.body.substr(0, kShownBytesMax);
}

// As it stands in a path.
std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '_' || c == '.' || c == '~';
    plain ? void(out += c) : void(out += fmt::format("%{:02X}", static_cast<unsigned char>(c)));
  }
  return out;
}

bool may_pass(int32_t status) { return status >= 500 || status == 429 || status == 408; }

}  // namespace

HttpResponse SchemaRegistry::ask(std::string_view method, const std::string& path, const std::string& body) {
  HttpRequest request;
  request.method = method;
  request.body = body;
  request.tls = settings_.tls;
  request.timeout_ms = kTimeoutMs;
  request.headers = {{"Accept", kContentType}};
  if (!body.empty()) request.headers.emplace_back("Content-Type", kContentType);
  if (!settings_.authorization.empty()) request.headers.emplace_back("Authorization", settings_.authorization);
  std::string last;
  DurationMillis wait_ms = kRegistryWaitMs;
  for (int32_t attempt = 0; attempt < kRegistryTries; ++attempt) {
    if (attempt > 0) {
      http_.wait(wait_ms);
      wait_ms *= 2;
      asked_ = (asked_ + 1) % settings_.urls.size();
    }
    request.url = settings_.urls[asked_] + path;
    try {
      HttpResponse response = http_.send(request);
      if (response.status == 401 || response.status == 403)
        throw UserError(fmt::format("The schema registry at {} refuses who asks: {} {}", settings_.urls[asked_],
                                    response.status, message_of(response)),
                        "Check 'basic-auth.user-info' or 'bearer-auth.token' of the format.");
      if (!may_pass(response.status)) return response;
      last = fmt::format("{} {}", response.status, message_of(response));
    } catch (const TransientError& error) {
      last = error.what();
    }
  }
  throw TransientError(fmt::format("The schema registry gives no answer: {} {}, tried {} times; the last time: {}",
                                   method, request.url, kRegistryTries, last));
}

void SchemaRegistry::refuse(const HttpResponse& response, const std::string& what) const {
  throw UserError(
      fmt::format("The schema registry at {} cannot {}: {} {}", settings_.urls[asked_], what, response.status,
                  message_of(response)),
      response.status == 404 ? "Check the address: it is that of the registry, with its path if it has one." : "");
}

AvroSchemaPtr SchemaRegistry::find(int32_t id, std::string& complaint) {
  const HttpResponse response = ask("GET", fmt::format("/schemas/ids/{}", id), "");
  if (response.status == 404) {
    complaint = fmt::format("the schema registry at {} has no schema of id {}", settings_.urls[asked_], id);
    return nullptr;
  }
  if (response.status != 200) refuse(response, fmt::format("give the schema of id {}", id));
  return read_schema(response, fmt::format("of id {}", id), 0, complaint);
}

AvroSchemaPtr SchemaRegistry::read_schema(const HttpResponse& response, std::string_view owner, int32_t depth,
                                          std::string& complaint) {
  const Json json = Json::parse(response.body, nullptr, false);
  if (!json.is_object() || !json.contains("schema") || !json["schema"].is_string())
    refuse(response, fmt::format("give the schema {}: the answer holds none", owner));
  if (const auto type = json.find("schemaType"); type != json.end() && *type != "AVRO") {
    complaint = fmt::format("the schema {} is no Avro but {}", owner, type->dump());
    return nullptr;
  }
  std::vector<AvroSchemaPtr> known;
  if (const auto references = json.find("references"); references != json.end() && references->is_array()) {
    if (depth == kReferencesDepthMax) refuse(response, "give a schema: references lie too deep in each other");
    for (const Json& reference : *references) {
      if (!reference.is_object()) continue;
      const std::string subject = reference.value("subject", "");
      const auto version = reference.find("version");
      if (version == reference.end() || !version->is_number_integer()) continue;
      const auto number = version->get<int64_t>();
      const std::string path = fmt::format("/subjects/{}/versions/{}", percent_encoded(subject), number);
      const HttpResponse referred = ask("GET", path, "");
      const std::string what = fmt::format("of subject {}, version {}", subject, number);
      if (referred.status != 200)
        refuse(referred, fmt::format("give the schema {}, to which that {} refers", what, owner));
      AvroSchemaPtr schema = read_schema(referred, what, depth + 1, complaint);
      if (schema == nullptr) return nullptr;
      known.push_back(std::move(schema));
    }
  }
  try {
    return AvroSchema::parse(json["schema"].get<std::string>(), owner, std::move(known));
  } catch (const UserError& error) {
    complaint = error.what();
    return nullptr;
  }
}

HttpResponse SchemaRegistry::ask_with_schema(std::string_view subject, std::string_view suffix,
                                             std::string_view schema) {
  const Json body = {{"schema", schema}};
  return ask("POST", fmt::format("/subjects/{}{}", percent_encoded(subject), suffix), body.dump());
}

int32_t SchemaRegistry::id_of(const HttpResponse& response, const std::string& what) const {
  const Json json = Json::parse(response.body, nullptr, false);
  const bool has_id =
      response.status == 200 && json.is_object() && json.contains("id") && json["id"].is_number_integer();
  if (!has_id) refuse(response, what);
  return json["id"].get<int32_t>();
}

int32_t SchemaRegistry::add(std::string_view subject, std::string_view schema) {
  const HttpResponse response = ask_with_schema(subject, "/versions", schema);
  if (response.status == 409)
    throw UserError(fmt::format("The schema registry at {} does not take the table's schema for subject '{}': it is "
                                "incompatible with those before it: {}",
                                settings_.urls[asked_], subject, message_of(response)),
                    "Change the table's columns as the subject's rule of compatibility allows (new ones nullable), or "
                    "that rule.");
  return id_of(response, fmt::format("take a schema for subject '{}'", subject));
}

int32_t SchemaRegistry::look_up(std::string_view subject, std::string_view schema) {
  const HttpResponse response = ask_with_schema(subject, "", schema);
  if (response.status == 404)
    throw UserError(fmt::format("The schema registry at {} does not have the table's schema under subject '{}': {}",
                                settings_.urls[asked_], subject, message_of(response)),
                    "Register it, or set 'auto.register.schemas' = 'true'.");
  return id_of(response, fmt::format("look up a schema of subject '{}'", subject));
}

}  // namespace tidemill
