// state/operator_scalars.h - small named numbers of a subtask: its watermark, its counters. Rule: each says how it is
// joined when subtasks become fewer or more.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace tidemill {

enum class ScalarMerge : uint8_t {
  kMinimum,  // every new subtask gets the least of all old ones: a watermark
  kMaximum,  // … the greatest
  kSum,      // the subtask that owns key group 0 gets the sum, the others start anew: a counter
};

class OperatorScalars {
 public:
  struct Scalar {
    int64_t value = 0;
    ScalarMerge merge = ScalarMerge::kSum;
    bool operator==(const Scalar&) const = default;
  };

  // Sets a scalar. Requires: always the same `merge` under one name.
  void set(std::string_view name, ScalarMerge merge, int64_t value);
  void add(std::string_view name, int64_t amount) { set(name, ScalarMerge::kSum, get(name).value_or(0) + amount); }
  std::optional<int64_t> get(std::string_view name) const;
  const std::map<std::string, Scalar, std::less<>>& all() const { return scalars_; }
  void clear() { scalars_.clear(); }
  size_t memory_bytes() const;

 private:
  std::map<std::string, Scalar, std::less<>> scalars_;
};

}  // namespace tidemill
