// formats/avro/registry/registry_schemas.h - messages that begin with the id of their schema. Rule: Confluent's wire
// format: a byte 0, the id in four bytes, the high one first, the record.
#pragma once
#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

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
  // One question to the I/O pool, which answers it also when the reader is gone by then.
  struct Question {
    std::vector<WriterSchema> found;
    std::atomic<bool> answered = false;
  };
  void take_answers();

  HttpClient& http_;
  const RegistrySettings settings_;
  std::vector<std::shared_ptr<Question>> questions_;
  std::map<int32_t, WriterSchema> found_;
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
  std::function<void()> wanted();
  // Returns what messages begin with. Requires: wanted() has nothing, or what it gave has run.
  const std::string& head();

 private:
  struct Question {
    std::string head;
    std::atomic<bool> answered = false;
  };

  HttpClient& http_;
  const Settings settings_;
  const std::string schema_;
  std::shared_ptr<Question> question_;  // the last one
  std::string head_;                    // empty: not known yet
};

}  // namespace tidemill
