#include "formats/protobuf/descriptor.h"

#include <algorithm>

#include "base/error.h"

namespace tidemill {
namespace {

constexpr int32_t kNestingMax = 64;  // messages declared inside messages

// Thrown where the bytes are no FileDescriptorSet.
struct NoDescriptor {};

// Calls `take(number, value, bytes)` for each field of a message: one of both is set.
template <class Take>
void each_field(std::string_view message, Take take) {
  WireReader reader(message);
  while (!reader.at_end()) {
    uint32_t number = 0;
    WireType type{};
    if (!reader.read_tag(number, type)) throw NoDescriptor();
    uint64_t value = 0;
    std::string_view bytes;
    bool read = false;
    if (type == WireType::kVarint)
      read = reader.read_varint(value);
    else if (type == WireType::kBytes)
      read = reader.read_bytes(bytes);
    else
      read = reader.skip(number, type);
    if (!read) throw NoDescriptor();
    take(number, value, bytes);
  }
}

// Returns what a literal of C says: so defaults of bytes are written.
std::string without_escapes(std::string_view literal) {
  static constexpr std::string_view kLetters = "abfnrtv\\'\"?";
  static constexpr std::string_view kMeanings = "\a\b\f\n\r\t\v\\'\"?";
  std::string out;
  for (size_t i = 0; i < literal.size(); ++i) {
    if (literal[i] != '\\' || i + 1 == literal.size()) {
      out += literal[i];
      continue;
    }
    ++i;
    int32_t octal = 0;
    size_t digits = 0;
    while (digits < 3 && i + digits < literal.size() && literal[i + digits] >= '0' && literal[i + digits] <= '7')
      octal = octal * 8 + (literal[i + digits++] - '0');
    if (digits > 0) {
      out += static_cast<char>(octal);
      i += digits - 1;
    } else {
      const size_t letter = kLetters.find(literal[i]);
      out += letter == std::string_view::npos ? literal[i] : kMeanings[letter];
    }
  }
  return out;
}

}  // namespace

WireType wire_type_of(ProtobufType type) {
  using enum ProtobufType;
  switch (type) {
    case kDouble:
    case kFixed64:
    case kSfixed64:
      return WireType::kFixed64;
    case kFloat:
    case kFixed32:
    case kSfixed32:
      return WireType::kFixed32;
    case kString:
    case kBytes:
    case kMessage:
      return WireType::kBytes;
    case kGroup:
      return WireType::kGroupStart;
    default:
      return WireType::kVarint;
  }
}

std::string_view protobuf_type_name(ProtobufType type) {
  static constexpr std::string_view kNames[] = {"double",  "float", "int64",    "uint64",   "int32",   "fixed64",
                                                "fixed32", "bool",  "string",   "group",    "message", "bytes",
                                                "uint32",  "enum",  "sfixed32", "sfixed64", "sint32",  "sint64"};
  return kNames[static_cast<size_t>(type) - 1];
}

bool ProtobufField::is_map() const { return repeated && message != nullptr && message->is_map_entry; }

const ProtobufField* ProtobufMessage::find(std::string_view field) const {
  const auto found = std::ranges::find(fields, field, &ProtobufField::name);
  return found == fields.end() ? nullptr : &*found;
}

class ProtobufSchema::Reader {
 public:
  explicit Reader(ProtobufSchema& schema) : schema_(schema) {}

  void read_file(std::string_view file) {
    std::string package, name, syntax = "proto2";
    each_field(file, [&](uint32_t number, uint64_t, std::string_view bytes) {
      if (number == 1) name = bytes;
      if (number == 2) package = bytes;
      if (number == 12) syntax = bytes;
    });
    if (syntax != "proto2" && syntax != "proto3")
      throw UserError(fmt::format("'{}': {} has the syntax '{}', which is not supported", schema_.path_, name, syntax),
                      "Messages of proto2 and proto3 can be read.");
    proto3_ = syntax == "proto3";
    each_field(file, [&](uint32_t number, uint64_t, std::string_view bytes) {
      if (number == 4) read_message(bytes, package, 0);
      if (number == 5) read_enum(bytes, package);
    });
  }

  // Finds what fields refer to.
  void resolve() {
    for (auto& [name, message] : schema_.messages_)
      for (ProtobufField& field : message->fields) resolve_field(*message, field);
  }

 private:
  static std::string full_name(const std::string& scope, std::string_view name) {
    return scope.empty() ? std::string(name) : scope + "." + std::string(name);
  }

  void read_message(std::string_view message, const std::string& scope, int32_t depth) {
    if (depth == kNestingMax) throw NoDescriptor();
    auto read = std::make_unique<ProtobufMessage>();
    read->is_proto3 = proto3_;
    each_field(message, [&](uint32_t number, uint64_t, std::string_view bytes) {
      if (number == 1) read->name = full_name(scope, bytes);
      if (number == 2) read->fields.push_back(read_field(bytes));
      if (number == 7)
        each_field(bytes, [&](uint32_t option, uint64_t value, std::string_view) {
          if (option == 7) read->is_map_entry = value != 0;
        });
    });
    const std::string name = read->name;
    each_field(message, [&](uint32_t number, uint64_t, std::string_view bytes) {
      if (number == 3) read_message(bytes, name, depth + 1);
      if (number == 4) read_enum(bytes, name);
    });
    schema_.messages_[name] = std::move(read);
  }

  ProtobufField read_field(std::string_view bytes) const {
    ProtobufField field;
    uint64_t type = 0, label = 0;
    std::optional<bool> packed;
    bool proto3_optional = false;
    each_field(bytes, [&](uint32_t number, uint64_t value, std::string_view text) {
      if (number == 1) field.name = text;
      if (number == 3) field.number = static_cast<int32_t>(value);
      if (number == 4) label = value;
      if (number == 5) type = value;
      if (number == 6) field.type_name = text.starts_with('.') ? text.substr(1) : text;
      if (number == 7) field.default_text = std::string(text);
      if (number == 9) field.oneof = static_cast<int32_t>(value);
      if (number == 17) proto3_optional = value != 0;
      if (number == 8)
        each_field(text, [&](uint32_t option, uint64_t set, std::string_view) {
          if (option == 2) packed = set != 0;
        });
    });
    if (type < 1 || type > 18 || field.number < 1) throw NoDescriptor();
    field.type = static_cast<ProtobufType>(type);
    if (field.type == ProtobufType::kBytes && field.default_text)
      field.default_text = without_escapes(*field.default_text);
    field.repeated = label == 3;
    field.required = label == 2;
    field.packed = field.repeated && packed.value_or(proto3_) && wire_type_of(field.type) != WireType::kBytes;
    field.tells_presence = !proto3_ || proto3_optional || field.oneof >= 0;
    if (proto3_optional) field.oneof = -1;  // protoc gives each a oneof of its own
    return field;
  }

  void read_enum(std::string_view bytes, const std::string& scope) {
    auto read = std::make_unique<ProtobufEnum>();
    read->closed = !proto3_;
    each_field(bytes, [&](uint32_t number, uint64_t, std::string_view text) {
      if (number == 1) read->name = full_name(scope, text);
      if (number != 2) return;
      std::pair<std::string, int32_t>& value = read->values.emplace_back();
      each_field(text, [&](uint32_t part, uint64_t digits, std::string_view name) {
        if (part == 1) value.first = name;
        if (part == 2) value.second = static_cast<int32_t>(digits);
      });
    });
    if (read->values.empty()) throw NoDescriptor();
    const std::string name = read->name;
    schema_.enums_[name] = std::move(read);
  }

  void resolve_field(const ProtobufMessage& message, ProtobufField& field) {
    const bool is_message = field.type == ProtobufType::kMessage || field.type == ProtobufType::kGroup;
    if (is_message) {
      const auto found = schema_.messages_.find(field.type_name);
      if (found != schema_.messages_.end()) field.message = found->second.get();
    } else if (field.type == ProtobufType::kEnum) {
      const auto found = schema_.enums_.find(field.type_name);
      if (found != schema_.enums_.end()) field.enumeration = found->second.get();
    } else {
      return;
    }
    if (field.message == nullptr && field.enumeration == nullptr)
      throw UserError(fmt::format("'{}' lacks '{}', which field '{}' of message '{}' is of", schema_.path_,
                                  field.type_name, field.name, message.name),
                      "Write it with all imports: protoc --descriptor_set_out=FILE --include_imports X.proto");
    if (field.is_map() && (field.message->find("key") == nullptr || field.message->find("value") == nullptr))
      throw NoDescriptor();
  }

  ProtobufSchema& schema_;
  bool proto3_ = false;  // the file at hand
};

ProtobufSchema::ProtobufSchema(std::string_view bytes, const std::string& path) : path_(path) {
  try {
    Reader reader(*this);
    each_field(bytes, [&](uint32_t number, uint64_t, std::string_view file) {
      if (number == 1) reader.read_file(file);
    });
    reader.resolve();
    if (messages_.empty()) throw NoDescriptor();
  } catch (const NoDescriptor&) {
    throw UserError(fmt::format("'{}' is no descriptor file of Protocol Buffers", path),
                    "Make one with: protoc --descriptor_set_out=FILE --include_imports X.proto");
  }
}

const ProtobufMessage& ProtobufSchema::message(const std::string& name) const {
  const auto found = messages_.find(name);
  if (found != messages_.end()) return *found->second;
  std::vector<std::string> names;
  for (const auto& [known, message] : messages_)
    if (!message->is_map_entry) names.push_back(known);
  const auto nearest = nearest_name(name, names);
  throw UserError(fmt::format("There is no message '{}' in '{}'", name, path_),
                  fmt::format("{}It has: {}.", nearest ? fmt::format("Did you mean '{}'? ", *nearest) : "",
                              fmt::join(names, ", ")));
}

}  // namespace tidemill
