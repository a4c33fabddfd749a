// What a JSON path leads to (json_path.h).
#include <algorithm>

#include "functions/json_filter.h"
#include "functions/json_path.h"
#include "functions/json_path_call.h"

namespace tidemill {

// Gathers what a path leads to. As long as every step so far leads to one value, one that is not there is a failure;
// behind the first step that may lead to several, it is passed over.
class JsonPath::Search {
 public:
  Search(const std::vector<Step>& steps, const JsonNode& root) : steps_(steps), root_(root) {}

  bool leads_to_one() const {
    for (size_t i = 0; i < steps_.size(); ++i) {
      if (!is_definite(i)) return false;
    }
    return true;
  }
  // Returns false where the path is not there.
  bool run(const JsonNode& from) { return follow(from, 0, true); }
  std::vector<JsonNode>& results() { return results_; }

 private:
  bool is_definite(size_t i) const {
    const Step& step = steps_[i];
    if (step.kind == StepKind::kCall) return true;
    if (step.kind == StepKind::kKeys) return step.keys.size() == 1 || is_last(i);
    return step.kind == StepKind::kIndexes && step.indexes.size() == 1;
  }
  bool is_last(size_t i) const { return i + 1 == steps_.size(); }

  bool follow(const JsonNode& node, size_t i, bool definite) {
    if (i == steps_.size()) {
      results_.push_back(node);
      return true;
    }
    switch (steps_[i].kind) {
      case StepKind::kKeys:
        return follow_keys(node, i, definite);
      case StepKind::kIndexes:
      case StepKind::kSlice:
        return follow_array(node, i, definite);
      case StepKind::kWildcard:
        for (const JsonNode& value : node.values) {
          if (!follow(value, i + 1, false)) return false;
        }
        return true;
      case StepKind::kAnywhere:
        return follow_anywhere(node, i);
      case StepKind::kFilter:
        return follow_filter(node, i, definite);
      case StepKind::kCall: {
        auto result = steps_[i].call->call(node, root_);
        if (result) results_.push_back(std::move(*result));
        return result.has_value();
      }
    }
    return false;
  }

  // An object passes itself; of an array the elements do.
  bool follow_filter(const JsonNode& node, size_t i, bool definite) {
    const JsonFilter& filter = *steps_[i].filter;
    if (node.kind == JsonKind::kObject) return !filter.accepts(node, root_) || follow(node, i + 1, false);
    if (node.kind != JsonKind::kArray) return !definite;
    return std::ranges::all_of(node.values, [&](const JsonNode& value) {
      return !filter.accepts(value, root_) || follow(value, i + 1, false);
    });
  }

  bool follow_keys(const JsonNode& node, size_t i, bool definite) {
    const Step& step = steps_[i];
    if (node.kind != JsonKind::kObject) return !definite;
    if (step.keys.size() > 1 && is_last(i)) {
      JsonNode merged;
      merged.kind = JsonKind::kObject;
      for (const std::string& key : step.keys) {
        const JsonNode* value = node.find(key);
        if (value == nullptr) continue;
        merged.keys.push_back(key);
        merged.values.push_back(*value);
      }
      results_.push_back(std::move(merged));
      return true;
    }
    for (const std::string& key : step.keys) {
      const JsonNode* value = node.find(key);
      if (value == nullptr && definite && step.keys.size() == 1) return false;
      if (value != nullptr && !follow(*value, i + 1, definite && step.keys.size() == 1)) return false;
    }
    return true;
  }

  bool follow_array(const JsonNode& node, size_t i, bool definite) {
    const Step& step = steps_[i];
    if (node.kind != JsonKind::kArray) return !definite;
    const auto size = static_cast<int64_t>(node.values.size());
    const bool one = is_definite(i);
    const auto take = [&](int64_t index) {
      if (index < 0) index += size;
      return index < 0 || index >= size || follow(node.values[static_cast<size_t>(index)], i + 1, definite && one);
    };
    if (step.kind == StepKind::kIndexes) return std::ranges::all_of(step.indexes, take);
    const auto bound = [&](int64_t at) { return std::clamp<int64_t>(at < 0 ? at + size : at, 0, size); };
    const int64_t end = step.to ? bound(*step.to) : size;
    for (int64_t at = step.from ? bound(*step.from) : 0; at < end; ++at) {
      if (!take(at)) return false;
    }
    return true;
  }

  // The node itself, then all below it. An array is filtered only where it passes itself.
  bool follow_anywhere(const JsonNode& node, size_t i) {
    const bool filtered = !is_last(i) && steps_[i + 1].kind == StepKind::kFilter;
    if (node.is_container() && (!filtered || steps_[i + 1].filter->accepts(node, root_))) follow(node, i + 1, false);
    for (const JsonNode& value : node.values) {
      if (value.is_container()) follow_anywhere(value, i);
    }
    return true;
  }

  const std::vector<Step>& steps_;
  const JsonNode& root_;
  std::vector<JsonNode> results_;
};

JsonPath::Found JsonPath::find(const JsonNode& root) const {
  if (!malformed_.empty()) return {true, std::nullopt};
  Search search(steps_, root);
  const bool reached = search.run(root);
  if (search.leads_to_one()) {
    if (!reached || search.results().empty()) return {mode_ == JsonPathMode::kStrict, std::nullopt};
    JsonNode& value = search.results().front();
    if (value.kind == JsonKind::kNull) return {};
    return {false, std::move(value)};
  }
  if (!reached && mode_ == JsonPathMode::kStrict) return {true, std::nullopt};
  JsonNode all;
  all.kind = JsonKind::kArray;
  if (reached) all.values = std::move(search.results());
  return {false, std::move(all)};
}

std::optional<JsonNode> JsonPath::evaluate(const JsonNode& current, const JsonNode& root) const {
  Search search(steps_, root);
  const bool reached = search.run(from_root_ ? root : current);
  if (search.leads_to_one()) {
    if (!reached || search.results().empty()) return std::nullopt;
    return std::move(search.results().front());
  }
  JsonNode all;
  all.kind = JsonKind::kArray;
  if (reached) all.values = std::move(search.results());
  return all;
}

}  // namespace tidemill
