#include "formats/avro/avro_schema.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "base/error.h"

namespace tidemill {
namespace {

using Json = nlohmann::json;

constexpr std::array<std::string_view, 14> kKindNames = {"null",   "boolean", "int",    "long",  "float",
                                                         "double", "bytes",   "string", "fixed", "enum",
                                                         "record", "array",   "map",    "union"};
constexpr size_t kPrimitiveKinds = 8;

struct LogicalName {
  std::string_view name;
  AvroLogical logical;
  AvroKind kind;  // that it may have
};
constexpr LogicalName kLogicalNames[] = {
    {"date", AvroLogical::kDate, AvroKind::kInt},
    {"time-millis", AvroLogical::kTimeMillis, AvroKind::kInt},
    {"time-micros", AvroLogical::kTimeMicros, AvroKind::kLong},
    {"timestamp-millis", AvroLogical::kTimestampMillis, AvroKind::kLong},
    {"timestamp-micros", AvroLogical::kTimestampMicros, AvroKind::kLong},
    {"timestamp-nanos", AvroLogical::kTimestampNanos, AvroKind::kLong},
    {"local-timestamp-millis", AvroLogical::kLocalTimestampMillis, AvroKind::kLong},
    {"local-timestamp-micros", AvroLogical::kLocalTimestampMicros, AvroKind::kLong},
    {"local-timestamp-nanos", AvroLogical::kLocalTimestampNanos, AvroKind::kLong},
    {"decimal", AvroLogical::kDecimal, AvroKind::kBytes},
    {"decimal", AvroLogical::kDecimal, AvroKind::kFixed},
    {"uuid", AvroLogical::kUuid, AvroKind::kString},
    {"duration", AvroLogical::kDuration, AvroKind::kFixed},
};

// Returns the digits that every number of this many bytes can have.
int32_t digits_of_fixed(int32_t bytes) { return static_cast<int32_t>((bytes * 8 - 1) * 0.30102999566398120); }

}  // namespace

bool is_shallow_json(std::string_view json) {
  constexpr int32_t kBracketsMax = 4 * kAvroDepthMax;  // a type of a schema takes some
  int32_t depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string) {
      if (c == '\\') ++i;
      in_string = c != '"';
      continue;
    }
    in_string = c == '"';
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') --depth;
    if (depth > kBracketsMax) return false;
  }
  return true;
}

bool is_avro_name(std::string_view name) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  if (name.empty() || !is_letter(name.front())) return false;
  return std::ranges::all_of(name, [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

std::string_view AvroType::short_name() const {
  if (!is_named()) return kKindNames[static_cast<size_t>(kind)];
  return std::string_view(name).substr(name.rfind('.') + 1);  // npos + 1 is 0
}

std::string AvroType::to_string() const {
  std::string text(kKindNames[static_cast<size_t>(kind)]);
  if (is_named()) text += " " + name;
  for (const LogicalName& known : kLogicalNames)
    if (logical != AvroLogical::kNone && known.logical == logical && known.kind == kind)
      text += fmt::format(" ({})", known.name);
  return text;
}

int32_t AvroType::null_branch() const {
  const auto found = std::ranges::find(parts, AvroKind::kNull, [](const AvroType* part) { return part->kind; });
  return found == parts.end() ? -1 : static_cast<int32_t>(found - parts.begin());
}

// Turns JSON into types, one schema a parser.
class AvroSchema::Parser {
 public:
  Parser(AvroSchema& schema, std::string_view owner) : schema_(schema), owner_(owner) {
    for (const AvroSchemaPtr& known : schema.known_)
      for (const AvroType& type : known->types_)
        if (type.is_named()) names_.emplace(type.name, &type);
  }

  void parse(std::string_view text) {
    if (!is_shallow_json(text)) fail("its brackets lie too deep in each other");
    const Json json = Json::parse(text, nullptr, false);
    // A bare name, which registries give as it stands: long instead of "long".
    const bool bare = json.is_discarded() && is_avro_name(text);
    if (json.is_discarded() && !bare) fail("it is no JSON");
    schema_.root_ = read(bare ? Json(text) : json, "", 1);
    for (AvroType& type : schema_.types_) type.bytes_min = -1;
    for (AvroType& type : schema_.types_) find_bytes_min(type);
  }

 private:
  [[noreturn]] void fail(std::string what) const {
    throw UserError(fmt::format("The Avro schema {} cannot be read: {}", owner_, what),
                    "A schema must be as the specification of Avro 1.11 says.");
  }

  const AvroType* read(const Json& json, const std::string& space, int32_t depth) {
    if (depth > kAvroDepthMax) fail(fmt::format("types lie more than {} deep in each other", kAvroDepthMax));
    if (json.is_string()) return find_named(json.get<std::string>(), space);
    if (json.is_array()) return read_union(json, space, depth);
    if (!json.is_object())
      fail(fmt::format("{} is no type", json.dump(-1, ' ', false, Json::error_handler_t::replace)));
    const auto type = json.find("type");
    if (type == json.end()) fail("an object has no \"type\"");
    if (!type->is_string()) return read(*type, space, depth + 1);
    const auto name = type->get<std::string>();
    if (name == "record" || name == "error") return read_record(json, space, depth);
    if (name == "enum") return read_enum(json, space);
    if (name == "fixed") return read_fixed(json, space);
    if (name == "array") return read_collection(json, space, depth, AvroKind::kArray, "items");
    if (name == "map") return read_collection(json, space, depth, AvroKind::kMap, "values");
    const AvroType* known = find_named(name, space);
    if (known->is_named() || !json.contains("logicalType")) return known;
    AvroType& logical = add(known->kind);
    set_logical(logical, json);
    return &logical;
  }

  AvroType& add(AvroKind kind) {
    AvroType& type = schema_.types_.emplace_back();
    type.kind = kind;
    return type;
  }

  const AvroType* find_named(const std::string& name, const std::string& space) {
    for (size_t i = 0; i < kPrimitiveKinds; ++i) {
      if (kKindNames[i] != name) continue;
      if (primitives_[i] == nullptr) primitives_[i] = &add(static_cast<AvroKind>(i));
      return primitives_[i];
    }
    const bool is_full = name.find('.') != std::string::npos;
    auto found = names_.find(is_full || space.empty() ? name : space + "." + name);
    if (found == names_.end()) found = names_.find(name);
    if (found == names_.end()) fail(fmt::format("there is no type \"{}\"", name));
    return found->second;
  }

  std::string text_of(const Json& json, const char* key) const {
    const auto found = json.find(key);
    if (found == json.end() || !found->is_string()) fail(fmt::format("a type or field has no \"{}\"", key));
    return found->get<std::string>();
  }

  // Enters a named type under its full name; returns its namespace, which names inside it are of.
  std::string name_type(AvroType& type, const Json& json, const std::string& space) {
    type.name = text_of(json, "name");
    std::string own = space;
    if (const auto given = json.find("namespace"); given != json.end() && given->is_string()) own = *given;
    if (type.name.find('.') == std::string::npos) {
      if (!own.empty()) type.name = own + "." + type.name;
    } else {
      own = type.name.substr(0, type.name.rfind('.'));
    }
    for (size_t begin = 0; begin <= type.name.size();) {
      const size_t end = std::min(type.name.find('.', begin), type.name.size());
      if (!is_avro_name(std::string_view(type.name).substr(begin, end - begin)))
        fail(fmt::format("\"{}\" is no name", type.name));
      begin = end + 1;
    }
    for (std::string& alias : aliases_of(json))
      type.aliases.push_back(alias.find('.') == std::string::npos && !own.empty() ? own + "." + alias : alias);
    if (!names_.emplace(type.name, &type).second) fail(fmt::format("\"{}\" is defined twice", type.name));
    return own;
  }

  std::vector<std::string> aliases_of(const Json& json) const {
    std::vector<std::string> aliases;
    const auto found = json.find("aliases");
    if (found == json.end()) return aliases;
    if (!found->is_array()) fail("\"aliases\" is no array");
    for (const Json& alias : *found) {
      if (!alias.is_string()) fail("an alias is no string");
      aliases.push_back(alias.get<std::string>());
    }
    return aliases;
  }

  const AvroType* read_record(const Json& json, const std::string& space, int32_t depth) {
    AvroType& record = add(AvroKind::kRecord);
    const std::string own = name_type(record, json, space);
    const auto fields = json.find("fields");
    if (fields == json.end() || !fields->is_array()) fail(fmt::format("record {} has no \"fields\"", record.name));
    for (const Json& one : *fields) {
      AvroField field;
      field.name = text_of(one, "name");
      if (!is_avro_name(field.name)) fail(fmt::format("\"{}\" in {} is no name", field.name, record.name));
      if (std::ranges::find(record.fields, field.name, &AvroField::name) != record.fields.end())
        fail(fmt::format("record {} has two fields \"{}\"", record.name, field.name));
      field.aliases = aliases_of(one);
      if (!one.contains("type")) fail(fmt::format("field \"{}\" of {} has no \"type\"", field.name, record.name));
      field.type = read(one["type"], own, depth + 1);
      if (const auto value = one.find("default"); value != one.end()) field.default_json = value->dump();
      record.fields.push_back(std::move(field));
    }
    return &record;
  }

  const AvroType* read_enum(const Json& json, const std::string& space) {
    AvroType& type = add(AvroKind::kEnum);
    name_type(type, json, space);
    const auto symbols = json.find("symbols");
    if (symbols == json.end() || !symbols->is_array()) fail(fmt::format("enum {} has no \"symbols\"", type.name));
    for (const Json& symbol : *symbols) {
      if (!symbol.is_string() || !is_avro_name(symbol.get<std::string>()))
        fail(fmt::format("a symbol of enum {} is no name", type.name));
      if (std::ranges::find(type.symbols, symbol.get<std::string>()) != type.symbols.end())
        fail(fmt::format("enum {} has the symbol {} twice", type.name, symbol.dump()));
      type.symbols.push_back(symbol.get<std::string>());
    }
    if (const auto value = json.find("default"); value != json.end()) {
      if (!value->is_string() || std::ranges::find(type.symbols, value->get<std::string>()) == type.symbols.end())
        fail(fmt::format("the default of enum {} is none of its symbols", type.name));
      type.symbol = value->get<std::string>();
    }
    return &type;
  }

  const AvroType* read_fixed(const Json& json, const std::string& space) {
    AvroType& type = add(AvroKind::kFixed);
    name_type(type, json, space);
    const auto size = json.find("size");
    if (size == json.end() || !size->is_number_integer() || *size < 0 || *size > INT32_MAX)
      fail(fmt::format("fixed {} has no \"size\" in bytes", type.name));
    type.size = size->get<int32_t>();
    set_logical(type, json);
    return &type;
  }

  const AvroType* read_collection(const Json& json, const std::string& space, int32_t depth, AvroKind kind,
                                  const char* part) {
    const auto found = json.find(part);
    if (found == json.end()) fail(fmt::format("{} has no \"{}\"", kKindNames[static_cast<size_t>(kind)], part));
    AvroType& type = add(kind);
    type.parts.push_back(read(*found, space, depth + 1));
    return &type;
  }

  const AvroType* read_union(const Json& json, const std::string& space, int32_t depth) {
    AvroType& type = add(AvroKind::kUnion);
    for (const Json& branch : json) {
      const AvroType* part = read(branch, space, depth + 1);
      if (part->kind == AvroKind::kUnion) fail("a union holds a union");
      const bool twice = std::ranges::any_of(type.parts, [&](const AvroType* other) {
        return other->kind == part->kind && (!part->is_named() || other->name == part->name);
      });
      if (twice) fail(fmt::format("a union holds {} twice", part->to_string()));
      type.parts.push_back(part);
    }
    if (type.parts.empty()) fail("a union is empty");
    return &type;
  }

  static int32_t whole_number(const Json& json, const char* key, int32_t otherwise) {
    const auto found = json.find(key);
    if (found == json.end()) return otherwise;
    return found->is_number_integer() && *found >= 0 && *found <= INT32_MAX ? found->get<int32_t>() : -1;
  }

  static void set_logical(AvroType& type, const Json& json) {
    const auto given = json.find("logicalType");
    if (given == json.end() || !given->is_string()) return;
    const auto name = given->get<std::string>();
    const auto known = std::ranges::find_if(
        kLogicalNames, [&](const LogicalName& one) { return one.name == name && one.kind == type.kind; });
    if (known == std::end(kLogicalNames)) return;
    if (known->logical == AvroLogical::kDuration && type.size != 12) return;
    if (known->logical == AvroLogical::kDecimal) {
      const int32_t precision = whole_number(json, "precision", -1);
      const int32_t scale = whole_number(json, "scale", 0);
      const bool fits = type.kind == AvroKind::kBytes || precision <= digits_of_fixed(type.size);
      if (precision <= 0 || scale < 0 || scale > precision || !fits) return;
      type.precision = precision;
      type.scale = scale;
    }
    type.logical = known->logical;
  }

  // -2: being found. A record that holds itself does so behind a union, an array or a map, which take a byte.
  int64_t find_bytes_min(const AvroType& found) {
    auto& type = const_cast<AvroType&>(found);  // of schema_.types_, or known, and then found already
    if (type.bytes_min >= 0) return type.bytes_min;
    if (type.bytes_min == -2) return 0;
    type.bytes_min = -2;
    int64_t bytes = 1;
    switch (type.kind) {
      case AvroKind::kNull:
        bytes = 0;
        break;
      case AvroKind::kFloat:
        bytes = 4;
        break;
      case AvroKind::kDouble:
        bytes = 8;
        break;
      case AvroKind::kFixed:
        bytes = type.size;
        break;
      case AvroKind::kRecord:
        bytes = 0;
        for (const AvroField& field : type.fields)
          bytes = std::min<int64_t>(bytes + find_bytes_min(*field.type), INT32_MAX);
        break;
      case AvroKind::kUnion:
        bytes = INT32_MAX;
        for (const AvroType* part : type.parts) bytes = std::min(bytes, 1 + find_bytes_min(*part));
        break;
      default:
        break;
    }
    type.bytes_min = bytes;
    return bytes;
  }

  AvroSchema& schema_;
  const std::string_view owner_;
  std::array<const AvroType*, kPrimitiveKinds> primitives_ = {};
  std::unordered_map<std::string, const AvroType*> names_;
};

AvroSchemaPtr AvroSchema::parse(std::string_view json, std::string_view owner, std::vector<AvroSchemaPtr> known) {
  auto schema = std::make_shared<AvroSchema>();
  schema->json_ = json;
  schema->known_ = std::move(known);
  Parser(*schema, owner).parse(json);
  return schema;
}

const AvroType* AvroSchema::find(std::string_view name) const {
  const auto found =
      std::ranges::find_if(types_, [&](const AvroType& type) { return type.is_named() && type.name == name; });
  return found == types_.end() ? nullptr : &*found;
}

}  // namespace tidemill
