// formats/avro/registry/schema_registry.h - questions to a Confluent schema registry, or one that speaks its interface.
// Rule: a registry that is away is asked again for some seconds; what it answers for good is told at once.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "env/http_client.h"
#include "formats/avro/avro_schema.h"

namespace tidemill {

struct RegistrySettings {
  std::vector<std::string> urls;  // asked in turn
  std::string authorization;      // value of that header; empty: none
  HttpTls tls;
};

// How often a question is sent, over all addresses, before it is given up; the wait doubles from the first on.
constexpr int32_t kRegistryTries = 6;
constexpr DurationMillis kRegistryWaitMs = 100;

// All calls block: they belong on the I/O pool. They throw TransientError where no registry answers, naming address and
// question, and UserError where it refuses who asks, or what.
class SchemaRegistry {
 public:
  // `http` is borrowed.
  SchemaRegistry(HttpClient& http, RegistrySettings settings) : http_(http), settings_(std::move(settings)) {}

  // Returns the schema of this id with those that it refers to; nullptr where there is none that is Avro, and
  // `complaint` says why.
  AvroSchemaPtr find(int32_t id, std::string& complaint);
  // Returns the id of a schema under a subject, which gets it as a new version where it does not have it. Throws
  // UserError where the subject's rule of compatibility forbids that.
  int32_t add(std::string_view subject, std::string_view schema);
  // Returns the id of a schema that the subject has. Throws UserError where it does not.
  int32_t look_up(std::string_view subject, std::string_view schema);

 private:
  // Returns the answer to a request, whatever its status below 500.
  HttpResponse ask(std::string_view method, const std::string& path, const std::string& body);
  HttpResponse ask_with_schema(std::string_view subject, std::string_view suffix, std::string_view schema);
  // Parses the schema of an answer; nullptr as find().
  AvroSchemaPtr read_schema(const HttpResponse& response, std::string_view owner, int32_t depth,
                            std::string& complaint);
  [[noreturn]] void refuse(const HttpResponse& response, const std::string& what) const;
  int32_t id_of(const HttpResponse& response, const std::string& what) const;

  HttpClient& http_;
  const RegistrySettings settings_;
  size_t asked_ = 0;  // which address was asked last
};

}  // namespace tidemill
