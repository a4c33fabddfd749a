// formats/avro/registry/registry_schemas.h - messages that begin with the id of their schema. Rule: Confluent's wire
// format: a byte 0, the id in four bytes, the high one first, the record.
#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "env/environment.h"
#include "formats/avro/avro_messages.h"
#include "formats/avro/registry/schema_registry.h"

namespace tidemill {

// The schemas of one reader, each asked for once.
class RegistrySchemas final : public WriterSchemas {
 public:
  // `environment` is borrowed.
  RegistrySchemas(Environment& environment, RegistrySettings settings);
  std::function<void()> wanted(std::span<const Record> records) override;
  const WriterSchema* take(std::string_view& bytes, std::string& complaint) override;

 private:
  // What the I/O pool has found, also when the reader is gone by then.
  struct Asked {
    Asked(HttpClient& http, RegistrySettings settings) : registry(http, std::move(settings)) {}
    std::mutex asking;  // held while the registry is asked
    SchemaRegistry registry;
    std::mutex finding;  // held for moments
    std::map<int32_t, WriterSchema> found;
  };

  const std::shared_ptr<Asked> asked_;
};

// Registers the schema of what is written, once, and tells the head of its messages.
class RegisteredSchema {
 public:
  struct Settings {
    RegistrySettings registry;
    std::string subject;
    bool add = true;  // where the subject does not have it
  };
  // `environment` is borrowed.
  RegisteredSchema(Environment& environment, const Settings& settings, std::string schema);
  // As RecordEncoder::wanted().
  std::function<void()> wanted() const;
  // Returns what messages begin with. Requires: wanted() has nothing.
  std::string head() const;

 private:
  struct Asked {
    Asked(HttpClient& http, const Settings& settings, std::string schema)
        : registry(http, settings.registry), subject(settings.subject), add(settings.add), schema(std::move(schema)) {}
    std::mutex asking;
    SchemaRegistry registry;
    const std::string subject;
    const bool add;
    const std::string schema;
    std::mutex finding;
    std::string head;  // empty: not known yet
  };

  const std::shared_ptr<Asked> asked_;
};

}  // namespace tidemill
