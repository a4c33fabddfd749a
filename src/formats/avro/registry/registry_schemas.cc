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
    : asked_(std::make_shared<Asked>(environment.http, std::move(settings))) {}

std::function<void()> RegistrySchemas::wanted(std::span<const Record> records) {
  std::set<int32_t> ids;
  int32_t last = -1;  // mostly that of the next one, too
  const std::lock_guard lock(asked_->finding);
  for (const Record& record : records) {
    const std::optional<int32_t> id = record.null ? std::nullopt : id_of(record.bytes);
    if (!id || *id == last) continue;
    last = *id;
    if (!asked_->found.contains(*id) && ids.size() < kIdsAtOnceMax) ids.insert(*id);
  }
  if (ids.empty()) return {};
  return [asked = asked_, ids = std::move(ids)] {
    const std::lock_guard asking(asked->asking);
    for (const int32_t id : ids) {
      WriterSchema schema{id, nullptr, fmt::format("the schema of id {}", id)};
      schema.schema = asked->registry.find(id, schema.complaint);
      const std::lock_guard finding(asked->finding);
      asked->found.emplace(id, std::move(schema));
    }
  };
}

const WriterSchema* RegistrySchemas::take(std::string_view& bytes, std::string& complaint) {
  const std::optional<int32_t> id = id_of(bytes);
  if (!id) {
    complaint = bytes.size() < kHeadBytes ? "it is shorter than the 5 bytes that tell its schema"
                                          : "it does not begin with the byte 0 and the id of a schema";
    return nullptr;
  }
  const std::lock_guard lock(asked_->finding);
  const auto found = asked_->found.find(*id);
  CHECK_MSG(found != asked_->found.end(), "schema {} was not asked for", *id);
  bytes.remove_prefix(kHeadBytes);
  return &found->second;
}

RegisteredSchema::RegisteredSchema(Environment& environment, const Settings& settings, std::string schema)
    : asked_(std::make_shared<Asked>(environment.http, settings, std::move(schema))) {}

std::function<void()> RegisteredSchema::wanted() const {
  const std::lock_guard lock(asked_->finding);
  if (!asked_->head.empty()) return {};
  return [asked = asked_] {
    const std::lock_guard asking(asked->asking);
    const int32_t id = asked->add ? asked->registry.add(asked->subject, asked->schema)
                                  : asked->registry.look_up(asked->subject, asked->schema);
    std::string head(1, '\0');
    for (int32_t shift = 24; shift >= 0; shift -= 8) head += static_cast<char>(static_cast<uint32_t>(id) >> shift);
    const std::lock_guard finding(asked->finding);
    asked->head = std::move(head);
  };
}

std::string RegisteredSchema::head() const {
  const std::lock_guard lock(asked_->finding);
  CHECK(!asked_->head.empty());
  return asked_->head;
}

}  // namespace tidemill
