// state/split_state.h - what a source keeps of each split: not keyed, it follows its split at a restore. Rule: a split
// is in the state of one subtask only.
#pragma once
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace tidemill {

class SplitState {
 public:
  // Replaces the split's bytes.
  void put(std::string_view split, std::string_view bytes);
  std::optional<std::string> get(std::string_view split) const;
  void erase(std::string_view split);
  // All splits by id.
  const std::map<std::string, std::string, std::less<>>& splits() const { return splits_; }
  void clear();
  size_t memory_bytes() const { return bytes_; }

 private:
  std::map<std::string, std::string, std::less<>> splits_;
  size_t bytes_ = 0;
};

}  // namespace tidemill
