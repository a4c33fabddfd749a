// data/schema.h - the names and types of a row. Rule: immutable and shared; columns are addressed by index, names serve
// people.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "data/type.h"

namespace tidemill {

// Whether a column may drive windows and watermarks (Flink: time attributes).
enum class TimeAttribute : uint8_t { kNone, kRowtime, kProctime };

struct Field {
  std::string name;
  Type type;
  TimeAttribute time = TimeAttribute::kNone;
  bool operator==(const Field&) const = default;
};

class Schema {
 public:
  explicit Schema(std::vector<Field> fields) : fields_(std::move(fields)) {}

  int32_t size() const { return static_cast<int32_t>(fields_.size()); }
  const Field& field(int32_t index) const { return fields_.at(static_cast<size_t>(index)); }
  const std::vector<Field>& fields() const { return fields_; }
  // Returns the index of the column of exactly this name (the first, where several have it), or nullopt.
  std::optional<int32_t> index_of(std::string_view name) const;
  // Returns the first column with attribute kRowtime, or nullopt.
  std::optional<int32_t> rowtime_index() const;
  std::vector<std::string> names() const;
  bool operator==(const Schema& other) const { return fields_ == other.fields_; }

 private:
  std::vector<Field> fields_;
};

using SchemaPtr = std::shared_ptr<const Schema>;
inline SchemaPtr make_schema(std::vector<Field> fields) { return std::make_shared<const Schema>(std::move(fields)); }

}  // namespace tidemill
