#include "state/operator_scalars.h"

#include "base/check.h"

namespace tidemill {

void OperatorScalars::set(std::string_view name, ScalarMerge merge, int64_t value) {
  const auto [place, created] = scalars_.try_emplace(std::string(name), Scalar{value, merge});
  CHECK_MSG(place->second.merge == merge, "scalar {} is merged in two ways", name);
  if (!created) place->second.value = value;
}

std::optional<int64_t> OperatorScalars::get(std::string_view name) const {
  const auto place = scalars_.find(name);
  if (place == scalars_.end()) return std::nullopt;
  return place->second.value;
}

size_t OperatorScalars::memory_bytes() const {
  size_t bytes = 0;
  for (const auto& [name, scalar] : scalars_) bytes += name.size() + sizeof(scalar);
  return bytes;
}

}  // namespace tidemill
