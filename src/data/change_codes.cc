#include "data/change_codes.h"

#include <algorithm>
#include <array>

namespace tidemill {
namespace {

constexpr std::array<std::string_view, 4> kNames = {"INSERT", "UPDATE_BEFORE", "UPDATE_AFTER", "DELETE"};

}  // namespace

std::string_view change_name(RowKind kind) { return kNames[static_cast<size_t>(kind)]; }

std::optional<RowKind> change_of_name(std::string_view name) {
  const auto found = std::ranges::find(kNames, name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<RowKind>(found - kNames.begin());
}

ChangeCodes default_change_codes() {
  ChangeCodes codes;
  for (size_t i = 0; i < kNames.size(); ++i) codes.push_back({static_cast<RowKind>(i), std::string(kNames[i])});
  return codes;
}

}  // namespace tidemill
