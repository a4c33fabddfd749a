#include "functions/json_path.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/error.h"

namespace tidemill {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// Takes the word `lax` or `strict` off the front, in any case; it must be followed by a space.
bool take_word(std::string_view& text, std::string_view word) {
  if (text.size() <= word.size() || !is_space(text[word.size()])) return false;
  for (size_t i = 0; i < word.size(); ++i) {
    if ((text[i] | 0x20) != word[i]) return false;
  }
  text = trimmed(text.substr(word.size()));
  return true;
}

}  // namespace

// Reads the steps behind '$'.
class JsonPath::Reader {
 public:
  explicit Reader(std::string_view text) : whole_(text), rest_(text) {}

  std::vector<Step> read() {
    if (rest_.starts_with('$') || rest_.starts_with('@')) {
      rest_.remove_prefix(1);
    } else {
      take_key();  // a is $.a
    }
    while (!rest_.empty()) {
      if (rest_.front() == '[') {
        take_brackets();
      } else if (rest_.starts_with("..")) {
        steps_.push_back({StepKind::kAnywhere, {}, {}, {}, {}});
        rest_.remove_prefix(2);
        if (rest_.empty()) fail("it must not end in '.'");
        if (rest_.front() != '[') take_key();
      } else if (rest_.front() == '.') {
        rest_.remove_prefix(1);
        if (rest_.empty()) fail("it must not end in '.'");
        if (rest_.front() != '[') take_key();
      } else {
        fail(fmt::format("'.' or '[' is missing before '{}'", rest_));
      }
    }
    return std::move(steps_);
  }

 private:
  [[noreturn]] void fail(std::string_view why) const {
    throw UserError(fmt::format("'{}' is not a JSON path: {}", whole_, why), "Write it as '$.a.b[0]' or '$[''a b'']'.");
  }
  [[noreturn]] void refuse(std::string_view what) const {
    throw UserError(fmt::format("{} in the JSON path '{}' is not supported yet", what, whole_));
  }

  void take_key() {
    const size_t end = std::min(rest_.find_first_of(".[("), rest_.size());
    const std::string_view key = trimmed(rest_.substr(0, end));
    if (key.empty()) fail("a name is missing");
    if (std::ranges::any_of(key, is_space)) fail("a name with spaces stands in brackets and quotes");
    if (end < rest_.size() && rest_[end] == '(') refuse(fmt::format("The function {}()", key));
    rest_.remove_prefix(end);
    if (key == "*") {
      steps_.push_back({StepKind::kWildcard, {}, {}, {}, {}});
    } else {
      steps_.push_back({StepKind::kKeys, {std::string(key)}, {}, {}, {}});
    }
  }

  void skip_spaces() {
    while (!rest_.empty() && is_space(rest_.front())) rest_.remove_prefix(1);
  }
  bool accept(char c) {
    skip_spaces();
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void take_brackets() {
    rest_.remove_prefix(1);
    skip_spaces();
    if (rest_.empty()) fail("a bracket is not closed");
    if (rest_.front() == '?') refuse("A filter");
    if (rest_.front() == '*') {
      rest_.remove_prefix(1);
      steps_.push_back({StepKind::kWildcard, {}, {}, {}, {}});
    } else if (rest_.front() == '\'' || rest_.front() == '"') {
      take_quoted_keys();
    } else {
      take_numbers();
    }
    if (!accept(']')) fail("a bracket is not closed");
  }

  void take_quoted_keys() {
    Step step;
    do {
      skip_spaces();
      if (rest_.empty() || (rest_.front() != '\'' && rest_.front() != '"')) fail("a name in quotes is missing");
      const char quote = rest_.front();
      rest_.remove_prefix(1);
      std::string key;
      while (!rest_.empty() && rest_.front() != quote) {
        if (rest_.front() == '\\' && rest_.size() > 1) rest_.remove_prefix(1);
        key += rest_.front();
        rest_.remove_prefix(1);
      }
      if (rest_.empty()) fail("a quote is not closed");
      rest_.remove_prefix(1);
      step.keys.push_back(std::move(key));
    } while (accept(','));
    steps_.push_back(std::move(step));
  }

  std::optional<int64_t> take_number() {
    skip_spaces();
    int64_t number = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), number);
    if (error != std::errc()) return std::nullopt;
    rest_.remove_prefix(static_cast<size_t>(end - rest_.data()));
    return number;
  }

  void take_numbers() {
    Step step;
    step.kind = StepKind::kIndexes;
    const auto first = take_number();
    if (accept(':')) {
      step.kind = StepKind::kSlice;
      step.from = first;
      step.to = take_number();
      if (!step.from && !step.to) fail("a slice names its start, its end or both");
    } else {
      if (!first) fail("a number or a name in quotes belongs in brackets");
      step.indexes.push_back(*first);
      while (accept(',')) {
        const auto next = take_number();
        if (!next) fail("a number is missing behind ','");
        step.indexes.push_back(*next);
      }
    }
    steps_.push_back(std::move(step));
  }

  std::string_view whole_, rest_;
  std::vector<Step> steps_;
};

// Gathers what a path leads to. As long as every step so far leads to one value, one that is not there is a failure;
// behind the first step that may lead to several, it is passed over.
class JsonPath::Search {
 public:
  explicit Search(const std::vector<Step>& steps) : steps_(steps) {}

  bool leads_to_one() const {
    for (size_t i = 0; i < steps_.size(); ++i) {
      if (!is_definite(i)) return false;
    }
    return true;
  }
  // Returns false where the path is not there.
  bool run(const JsonNode& root) { return follow(root, 0, true); }
  std::vector<JsonNode>& results() { return results_; }

 private:
  bool is_definite(size_t i) const {
    const Step& step = steps_[i];
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
    }
    return false;
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

  // The node itself, then all below it.
  bool follow_anywhere(const JsonNode& node, size_t i) {
    if (node.is_container()) follow(node, i + 1, false);
    for (const JsonNode& value : node.values) {
      if (value.is_container()) follow_anywhere(value, i);
    }
    return true;
  }

  const std::vector<Step>& steps_;
  std::vector<JsonNode> results_;
};

JsonPath JsonPath::parse(std::string_view text) {
  JsonPath path;
  std::string_view rest = trimmed(text);
  if (take_word(rest, "lax")) {
    path.mode_ = JsonPathMode::kLax;
  } else {
    take_word(rest, "strict");
  }
  path.steps_ = Reader(rest).read();
  return path;
}

JsonPath::Found JsonPath::find(const JsonNode& root) const {
  Search search(steps_);
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

}  // namespace tidemill
