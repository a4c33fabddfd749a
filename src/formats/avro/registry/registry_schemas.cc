#include "formats/avro/registry/registry_schemas.h"

#include <optional>
#include <set>

#include "base/check.h"
#include "base/error.h"

namespace tidemill {
namespace {

constexpr size_t kHeadBytes = 5;
constexpr size_t kIdsAtOnceMax = 64;  // asked for in one go; a stop is not kept waiting for long

std::optional<int32_t> id_of(std::string_view bytes) {
  if (bytes.size() < kHeadBytes || bytes.front() != '\0') return std::nullopt;
  uint32_t id = 0;
  for (const char byte : bytes.substr(1, kHeadBytes - 1)) id = id << 8 | static_cast<unsigned char>(byte);
  return static_cast<int32_t>(id);
}

}  // namespace

RegistrySchemas::RegistrySchemas(Environment& environment, RegistrySettings settings)
    : http_(environment.http), settings_(std::move(settings)) {}

void RegistrySchemas::take_answers() {
  for (const std::shared_ptr<Question>& question : questions_) {
    if (!question->answered.load()) continue;
    for (WriterSchema& schema : question->found) found_.try_emplace(schema.id, std::move(schema));
  }
  std::erase_if(questions_, [](const auto& question) { return question->answered.load(); });
}

std::function<void()> RegistrySchemas::wanted(std::span<const Record> records) {
  std::set<int32_t> ids;
  int32_t last = -1;  // mostly that of the next one, too
  if (!questions_.empty()) take_answers();
  for (const Record& record : records) {
    const std::optional<int32_t> id = record.null ? std::nullopt : id_of(record.bytes);
    if (!id || *id == last) continue;
    last = *id;
    if (!found_.contains(*id) && ids.size() < kIdsAtOnceMax) ids.insert(*id);
  }
  if (ids.empty()) return {};
  const auto question = std::make_shared<Question>();
  questions_.push_back(question);
  return [question, ids = std::move(ids), &http = http_, settings = settings_] {
    SchemaRegistry registry(http, settings);
    for (const int32_t id : ids) {
      WriterSchema schema{id, nullptr, fmt::format("the schema of id {}", id)};
      schema.schema = registry.find(id, schema.complaint);
      question->found.push_back(std::move(schema));
    }
    question->answered.store(true);
  };
}

const WriterSchema* RegistrySchemas::take(std::string_view& bytes, std::string& complaint) {
  const std::optional<int32_t> id = id_of(bytes);
  if (!id) {
    complaint = bytes.size() < kHeadBytes ? "it is shorter than the 5 bytes that tell its schema"
                                          : "it does not begin with the byte 0 and the id of a schema";
    return nullptr;
  }
  const auto found = found_.find(*id);
  CHECK_MSG(found != found_.end(), "schema {} was not asked for", *id);
  bytes.remove_prefix(kHeadBytes);
  return &found->second;
}

RegisteredSchema::RegisteredSchema(Environment& environment, const Settings& settings, std::string schema)
    : http_(environment.http), settings_(settings), schema_(std::move(schema)) {}

std::function<void()> RegisteredSchema::wanted() {
  if (head_.empty() && question_ && question_->answered.load()) head_ = question_->head;
  if (!head_.empty()) return {};
  question_ = std::make_shared<Question>();
  return [question = question_, &http = http_, settings = settings_, schema = schema_] {
    SchemaRegistry registry(http, settings.registry);
    const int32_t id =
        settings.add ? registry.add(settings.subject, schema) : registry.look_up(settings.subject, schema);
    question->head = std::string(1, '\0');
    for (int32_t shift = 24; shift >= 0; shift -= 8)
      question->head += static_cast<char>(static_cast<uint32_t>(id) >> shift);
    question->answered.store(true);
  };
}

const std::string& RegisteredSchema::head() {
  if (head_.empty() && question_ && question_->answered.load()) head_ = question_->head;
  CHECK(!head_.empty());
  return head_;
}

}  // namespace tidemill
