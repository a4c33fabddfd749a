// formats/avro/avro_schema.h - schemas of Avro 1.11. Rule: a schema that was parsed is whole: every name in it is
// defined, and what the specification forbids is not in it.
#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidemill {

enum class AvroKind : uint8_t {
  kNull,
  kBoolean,
  kInt,
  kLong,
  kFloat,
  kDouble,
  kBytes,
  kString,
  kFixed,
  kEnum,
  kRecord,
  kArray,
  kMap,
  kUnion,
};

// What a value means. A logical type that its underlying type cannot have is none, as the specification says.
enum class AvroLogical : uint8_t {
  kNone,
  kDate,
  kTimeMillis,
  kTimeMicros,
  kTimestampMillis,
  kTimestampMicros,
  kTimestampNanos,
  kLocalTimestampMillis,
  kLocalTimestampMicros,
  kLocalTimestampNanos,
  kDecimal,
  kUuid,
  kDuration,
};

struct AvroType;

struct AvroField {
  std::string name;
  std::vector<std::string> aliases;
  const AvroType* type = nullptr;
  std::optional<std::string> default_json;  // as it stands in the schema
};

// One type of a schema. Types refer to each other, also to themselves; all belong to their AvroSchema.
struct AvroType {
  AvroKind kind = AvroKind::kNull;
  AvroLogical logical = AvroLogical::kNone;
  std::string name;                    // of a record, enum or fixed: with its namespace
  std::vector<std::string> aliases;    // the same of those
  std::vector<AvroField> fields;       // of a record
  std::vector<std::string> symbols;    // of an enum
  std::optional<std::string> symbol;   // of an enum: the default
  std::vector<const AvroType*> parts;  // element of an array, value of a map, branches of a union
  int32_t size = 0;                    // of a fixed, in bytes
  int32_t precision = 0;               // of a decimal
  int32_t scale = 0;                   // of a decimal
  int64_t bytes_min = 0;               // that a value takes at least

  bool is_named() const { return kind == AvroKind::kRecord || kind == AvroKind::kEnum || kind == AvroKind::kFixed; }
  // Returns the name without its namespace; of what has no name that of its kind: "long", "array".
  std::string_view short_name() const;
  // Returns how an error calls it: "long (timestamp-millis)", "record a.b".
  std::string to_string() const;
  // Returns the branch of a union that is null, or -1.
  int32_t null_branch() const;
};

// Types inside types at most, so that walking one by recursion is safe.
constexpr int32_t kAvroDepthMax = 64;

// Immutable; any thread.
class AvroSchema {
 public:
  // Parses the JSON of a schema. `owner` is whose it is, for errors: "of subject orders-value". `known` are schemas
  // whose names the text may refer to. Throws UserError saying what is wrong.
  static std::shared_ptr<const AvroSchema> parse(std::string_view json, std::string_view owner,
                                                 std::vector<std::shared_ptr<const AvroSchema>> known = {});

  const AvroType& root() const { return *root_; }
  const std::string& json() const { return json_; }
  // Returns the record, enum or fixed of this full name, or nullptr.
  const AvroType* find(std::string_view name) const;

 private:
  class Parser;

  std::string json_;
  std::deque<AvroType> types_;
  const AvroType* root_ = nullptr;
  std::vector<std::shared_ptr<const AvroSchema>> known_;  // whose types are referred to
};

using AvroSchemaPtr = std::shared_ptr<const AvroSchema>;

// True where brackets of a JSON text lie so few deep in each other that it can be walked by recursion.
bool is_shallow_json(std::string_view json);

// True where `name` may be that of a field, or a part of a full name.
bool is_avro_name(std::string_view name);

}  // namespace tidemill
