#include "state/split_state.h"

namespace tidemill {

void SplitState::put(std::string_view split, std::string_view bytes) {
  const auto [place, created] = splits_.try_emplace(std::string(split));
  if (created) bytes_ += split.size();
  bytes_ += bytes.size();
  bytes_ -= place->second.size();
  place->second = bytes;
}

std::optional<std::string> SplitState::get(std::string_view split) const {
  const auto place = splits_.find(split);
  if (place == splits_.end()) return std::nullopt;
  return place->second;
}

void SplitState::erase(std::string_view split) {
  const auto place = splits_.find(split);
  if (place == splits_.end()) return;
  bytes_ -= place->first.size() + place->second.size();
  splits_.erase(place);
}

void SplitState::clear() {
  splits_.clear();
  bytes_ = 0;
}

}  // namespace tidemill
