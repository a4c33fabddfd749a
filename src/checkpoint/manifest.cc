#include "checkpoint/manifest.h"

#include <nlohmann/json.hpp>

#include "base/check.h"
#include "base/error.h"
#include "base/hash.h"

namespace tidemill {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kHex = "hex:";
constexpr std::string_view kChecksum = "checksum ";

std::string bytes_of(const std::string& text) {
  if (!text.starts_with(kHex)) return text;
  std::string bytes;
  for (size_t i = kHex.size(); i + 1 < text.size(); i += 2) {
    uint8_t byte = 0;
    std::from_chars(text.data() + i, text.data() + i + 2, byte, 16);
    bytes.push_back(static_cast<char>(byte));
  }
  return bytes;
}

Json to_json(const SplitProgress& split) {
  return {{"id", shown_bytes(split.split.id)},
          {"position", shown_bytes(split.split.position)},
          {"watermark", split.watermark},
          {"idle", split.idle}};
}
SplitProgress split_of(const Json& json) {
  return {{bytes_of(json.at("id")), bytes_of(json.at("position"))}, json.at("watermark"), json.at("idle")};
}

Json to_json(const ManifestSource& source) {
  Json splits = Json::array();
  for (const SplitProgress& split : source.splits) splits.push_back(to_json(split));
  Json json = {{"operator", source.operator_id},
               {"enumerator", shown_bytes(source.enumerator)},
               {"counters", source.counters},
               {"splits", std::move(splits)}};
  if (source.ended.empty()) return json;
  Json ended = Json::array();
  for (const Split& split : source.ended)
    ended.push_back({{"id", shown_bytes(split.id)}, {"position", shown_bytes(split.position)}});
  json["ended"] = std::move(ended);
  return json;
}
ManifestSource source_of(const Json& json) {
  ManifestSource source;
  source.operator_id = json.at("operator");
  source.enumerator = bytes_of(json.at("enumerator"));
  source.counters = json.at("counters").get<std::map<std::string, int64_t>>();
  for (const Json& split : json.at("splits")) source.splits.push_back(split_of(split));
  for (const Json& split : json.value("ended", Json::array()))
    source.ended.push_back({bytes_of(split.at("id")), bytes_of(split.at("position"))});
  return source;
}

Json to_json(const StatePart& part) {
  Json sections = Json::array();
  for (const StateSection& section : part.sections)
    sections.push_back(
        {{"file", section.file}, {"offset", section.offset}, {"bytes", section.bytes}, {"checksum", section.checksum}});
  return {{"operator", part.operator_id}, {"subtask", part.subtask}, {"sections", std::move(sections)}};
}
StatePart state_of(const Json& json) {
  StatePart part{json.at("operator"), json.at("subtask"), {}};
  for (const Json& section : json.at("sections"))
    part.sections.push_back({section.at("file"), section.at("offset"), section.at("bytes"), section.at("checksum")});
  return part;
}

Json to_json(const SinkPart& part) {
  Json committables = Json::array();
  for (const Committable& committable : part.committables) committables.push_back(shown_bytes(committable));
  return {{"operator", part.operator_id}, {"subtask", part.subtask}, {"prepared", std::move(committables)}};
}
SinkPart sink_of(const Json& json) {
  SinkPart part{json.at("operator"), json.at("subtask"), {}};
  for (const std::string text : json.at("prepared")) part.committables.push_back(bytes_of(text));
  return part;
}

// [kind, nullable, precision, scale]; of a nested type, [[name, type], …] behind.
Json to_json(const Type& type) {
  Json json = {static_cast<int32_t>(type.kind), type.nullable, type.precision, type.scale};
  if (!type.is_nested()) return json;
  Json parts = Json::array();
  for (const NestedField& field : *type.parts) parts.push_back(Json::array({field.name, to_json(field.type)}));
  json.push_back(std::move(parts));
  return json;
}
Type type_of(const Json& json) {
  const int32_t kind = json.at(0);
  if (kind < 0 || kind > static_cast<int32_t>(kTypeKindLast)) return Type::null();
  Type type{static_cast<TypeKind>(kind), json.at(1), json.at(2), json.at(3)};
  if (!type.is_nested()) return type;
  std::vector<NestedField> parts;
  for (const Json& part : json.at(4)) parts.push_back({part.at(0), type_of(part.at(1))});
  type.parts = std::make_shared<const std::vector<NestedField>>(std::move(parts));
  return type;
}

Json to_json(const Field& field) { return {{"name", field.name}, {"type", to_json(field.type)}}; }
Json to_json(const SavedAggregate& aggregate) {
  return {{"field", aggregate.field}, {"function", aggregate.function}, {"argument", to_json(aggregate.argument)}};
}

Json to_json(const ManifestOperator& op);
Json to_json(const SavedSubKeys& rows);

template <class T>
Json list(const std::vector<T>& values) {
  Json json = Json::array();
  for (const T& value : values) json.push_back(to_json(value));
  return json;
}

Json to_json(const SavedSubKeys& rows) {
  return {{"table", rows.table}, {"by_time", rows.by_time}, {"columns", list(rows.columns)}};
}

Json to_json(const ManifestOperator& op) {
  Json json = {{"id", op.id}, {"name", op.name}, {"parallelism", op.parallelism}};
  if (!op.names.keys.empty()) json["keys"] = op.names.keys;
  if (!op.names.values.empty()) json["values"] = list(op.names.values);
  if (!op.names.aggregates.empty()) json["aggregates"] = list(op.names.aggregates);
  if (op.names.slice_ms > 0) json["slice_ms"] = op.names.slice_ms;
  if (!op.names.sub_keys.empty()) json["sub_keys"] = list(op.names.sub_keys);
  if (!op.names.value_tables.empty()) json["value_tables"] = op.names.value_tables;
  return json;
}
std::vector<Field> fields_of(const Json& json) {
  std::vector<Field> fields;
  for (const Json& field : json) fields.push_back({field.at("name"), type_of(field.at("type"))});
  return fields;
}
ManifestOperator operator_of(const Json& json) {
  ManifestOperator op{json.at("id"), json.at("name"), json.at("parallelism")};
  op.names.keys = json.value("keys", std::vector<std::string>());
  op.names.values = fields_of(json.value("values", Json::array()));
  for (const Json& aggregate : json.value("aggregates", Json::array()))
    op.names.aggregates.push_back({aggregate.at("field"), aggregate.at("function"), type_of(aggregate.at("argument"))});
  op.names.slice_ms = json.value("slice_ms", int64_t{0});
  for (const Json& rows : json.value("sub_keys", Json::array()))
    op.names.sub_keys.push_back({rows.at("table"), rows.at("by_time"), fields_of(rows.at("columns"))});
  op.names.value_tables = json.value("value_tables", std::vector<std::string>());
  return op;
}

[[noreturn]] void throw_damaged(const std::string& name, std::string_view why) {
  throw UserError(fmt::format("Checkpoint is damaged: '{}' {}", name, why), "Use an older checkpoint");
}

// Returns the JSON part of the file, after checking it against its last line.
std::string_view verified(std::string_view bytes, const std::string& name) {
  const size_t at = bytes.rfind(kChecksum);
  if (at == std::string_view::npos || at == 0 || bytes[at - 1] != '\n') throw_damaged(name, "has no checksum line");
  const std::string_view body = bytes.substr(0, at);
  if (bytes.substr(at) != fmt::format("{}{:016x}\n", kChecksum, hash_bytes(body.data(), body.size())))
    throw_damaged(name, "does not match its checksum");
  return body;
}

}  // namespace

std::string shown_bytes(std::string_view bytes) {
  const bool printable = std::all_of(bytes.begin(), bytes.end(), [](char c) { return c >= ' ' && c <= '~'; });
  if (printable && !bytes.starts_with(kHex)) return std::string(bytes);
  std::string text(kHex);
  for (const char c : bytes) text += fmt::format("{:02x}", static_cast<uint8_t>(c));
  return text;
}

void Manifest::add(TaskSnapshot snapshot) {
  for (StatePart& part : snapshot.states) states.push_back(std::move(part));
  for (SinkPart& part : snapshot.sinks) sinks.push_back(std::move(part));
  for (SourcePart& part : snapshot.sources) {
    const auto source = std::find_if(sources.begin(), sources.end(), [&](const ManifestSource& candidate) {
      return candidate.operator_id == part.operator_id;
    });
    CHECK_MSG(source != sources.end(), "no source '{}'", part.operator_id);
    for (SplitProgress& split : part.splits) source->splits.push_back(std::move(split));
    for (Split& split : part.ended) source->ended.push_back(std::move(split));
    for (const auto& [counter, value] : part.counters) source->counters[counter] += value;
  }
}

std::set<std::string> Manifest::files() const {
  std::set<std::string> files;
  for (const StatePart& part : states)
    for (const StateSection& section : part.sections) files.insert(section.file);
  return files;
}

std::vector<Committable> Manifest::prepared_by(std::string_view sink) const {
  std::vector<Committable> prepared;
  for (const SinkPart& part : sinks)
    if (part.operator_id == sink) prepared.insert(prepared.end(), part.committables.begin(), part.committables.end());
  return prepared;
}

void Manifest::sort() {
  const auto by_operator = [](const auto& a, const auto& b) {
    return std::tie(a.operator_id, a.subtask) < std::tie(b.operator_id, b.subtask);
  };
  std::sort(states.begin(), states.end(), by_operator);
  std::stable_sort(sinks.begin(), sinks.end(), by_operator);  // those of epochs that were given up come first
  for (ManifestSource& source : sources) {
    std::sort(source.splits.begin(), source.splits.end(),
              [](const SplitProgress& a, const SplitProgress& b) { return a.split.id < b.split.id; });
    std::ranges::sort(source.ended, {}, &Split::id);
  }
}

std::string Manifest::encode() const {
  Json json = {{"format", "tidemill checkpoint"},
               {"version", kManifestVersion},
               {"epoch", epoch},
               {"kind", kind},
               {"job", shown_bytes(job)},
               {"time", time},
               {"max_parallelism", max_parallelism},
               {"began_from", began_from},
               {"operators", list(operators)},
               {"sources", list(sources)},
               {"states", list(states)},
               {"sinks", list(sinks)}};
  if (!transaction.empty()) json["transaction"] = shown_bytes(transaction);
  std::string bytes = json.dump(1) + "\n";
  bytes += fmt::format("{}{:016x}\n", kChecksum, hash_bytes(bytes.data(), bytes.size()));
  return bytes;
}

Manifest Manifest::decode(std::string_view bytes, const std::string& name) {
  const std::string_view body = verified(bytes, name);
  try {
    const Json json = Json::parse(body);
    const int32_t version = json.at("version");
    if (version > kManifestVersion)
      throw UserError(
          fmt::format("Checkpoint '{}' has format {}, this version reads up to {}", name, version, kManifestVersion),
          "Use the newer version of tidemill that wrote it");
    if (version < kManifestVersionOldest)
      throw UserError(fmt::format("Checkpoint '{}' has format {}, this version reads {} and later", name, version,
                                  kManifestVersionOldest),
                      "Run the job with the version of tidemill that wrote it, or begin anew in another directory");
    Manifest manifest;
    manifest.epoch = json.at("epoch");
    manifest.kind = json.at("kind");
    manifest.job = bytes_of(json.at("job"));
    manifest.time = json.at("time");
    manifest.max_parallelism = json.at("max_parallelism");
    manifest.began_from = json.value("began_from", "");
    manifest.transaction = bytes_of(json.value("transaction", ""));
    for (const Json& op : json.at("operators")) manifest.operators.push_back(operator_of(op));
    for (const Json& source : json.at("sources")) manifest.sources.push_back(source_of(source));
    for (const Json& part : json.at("states")) manifest.states.push_back(state_of(part));
    for (const Json& part : json.at("sinks")) manifest.sinks.push_back(sink_of(part));
    return manifest;
  } catch (const nlohmann::json::exception& error) {
    throw_damaged(name, error.what());
  }
}

}  // namespace tidemill
