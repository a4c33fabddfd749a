// formats/protobuf/descriptor.h - what a descriptor file says of messages and enums. Rule: all that a field refers to
// is found before anybody asks, so that a schema is used without looking names up.
//
// A descriptor file is a FileDescriptorSet (google/protobuf/descriptor.proto), itself a message of Protocol Buffers, as
// `protoc --descriptor_set_out=FILE --include_imports` writes it.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/protobuf/wire_reader.h"

namespace tidemill {

// The numbers of FieldDescriptorProto.Type.
enum class ProtobufType : uint8_t {
  kDouble = 1,
  kFloat,
  kInt64,
  kUint64,
  kInt32,
  kFixed64,
  kFixed32,
  kBool,
  kString,
  kGroup,
  kMessage,
  kBytes,
  kUint32,
  kEnum,
  kSfixed32,
  kSfixed64,
  kSint32,
  kSint64,
};

// Returns how one value of the type stands on the wire.
WireType wire_type_of(ProtobufType type);
// Returns its name in a .proto file: "sint32".
std::string_view protobuf_type_name(ProtobufType type);

struct ProtobufEnum {
  std::string name;  // in full
  std::vector<std::pair<std::string, int32_t>> values;
  bool closed = false;  // proto2: a number that is no value is no value of a field either
};

struct ProtobufMessage;

struct ProtobufField {
  std::string name;
  int32_t number = 0;
  ProtobufType type = ProtobufType::kInt32;
  bool repeated = false;
  bool required = false;
  bool packed = false;          // how it is written
  bool tells_presence = false;  // a value that is the default is written too
  int32_t oneof = -1;           // which of the message's
  std::optional<std::string> default_text;
  std::string type_name;                      // of messages and enums, in full
  const ProtobufMessage* message = nullptr;   // of kMessage and kGroup
  const ProtobufEnum* enumeration = nullptr;  // of kEnum
  bool is_map() const;
};

struct ProtobufMessage {
  std::string name;  // in full
  std::vector<ProtobufField> fields;
  bool is_map_entry = false;
  bool is_proto3 = false;
  // Returns the field of this name, or nullptr.
  const ProtobufField* find(std::string_view field) const;
};

// Immutable.
class ProtobufSchema {
 public:
  // Throws UserError: bytes that are no descriptor file, one that lacks an import, a syntax that is not proto2 or
  // proto3. `path` names the file in errors.
  ProtobufSchema(std::string_view bytes, const std::string& path);
  ProtobufSchema(const ProtobufSchema&) = delete;
  ProtobufSchema& operator=(const ProtobufSchema&) = delete;
  // Returns the message of this full name. Throws UserError with the nearest name.
  const ProtobufMessage& message(const std::string& name) const;

 private:
  class Reader;

  std::string path_;
  std::map<std::string, std::unique_ptr<ProtobufMessage>, std::less<>> messages_;
  std::map<std::string, std::unique_ptr<ProtobufEnum>, std::less<>> enums_;
};

}  // namespace tidemill
