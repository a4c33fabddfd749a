#include "data/schema.h"

namespace tidemill {

std::optional<int32_t> Schema::index_of(std::string_view name) const {
  for (int32_t i = 0; i < size(); ++i) {
    if (field(i).name == name) return i;
  }
  return std::nullopt;
}

std::optional<int32_t> Schema::rowtime_index() const {
  for (int32_t i = 0; i < size(); ++i) {
    if (field(i).time == TimeAttribute::kRowtime) return i;
  }
  return std::nullopt;
}

std::vector<std::string> Schema::names() const {
  std::vector<std::string> names;
  names.reserve(fields_.size());
  for (const Field& field : fields_) names.push_back(field.name);
  return names;
}

}  // namespace tidemill
