#include "functions/json_filter.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "data/json_scanner.h"
#include "functions/json_comparison.h"
#include "functions/json_path.h"

namespace tidemill {
namespace {

// Returns where what opens at `open` is closed, npos where it is not; what stands in quotes does not count. `pair`: the
// two characters.
size_t closing_place(std::string_view text, size_t open, std::string_view pair, std::string_view quotes) {
  int32_t depth = 0;
  char quote = '\0';
  for (size_t i = open; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != '\0') {
      if (c == '\\') ++i;
      if (c == quote) quote = '\0';
    } else if (quotes.find(c) != std::string_view::npos) {
      quote = c;
    } else if (c == pair[0]) {
      ++depth;
    } else if (c == pair[1] && --depth == 0) {
      return i;
    }
  }
  return std::string_view::npos;
}

constexpr int32_t kFilterDepthMax = 100;  // parentheses inside parentheses

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// One side of a comparison: a value, a path or a pattern.
struct Operand {
  JsonNode value;
  std::optional<JsonPath> path;
  std::shared_ptr<const RE2> pattern;

  // nullopt: the path leads nowhere.
  std::optional<JsonNode> in(const JsonNode& current, const JsonNode& root) const {
    return path ? path->evaluate(current, root) : std::optional(value);
  }
};

class ComparisonFilter final : public JsonFilter {
 public:
  ComparisonFilter(JsonComparison comparison, Operand left, Operand right)
      : comparison_(comparison), left_(std::move(left)), right_(std::move(right)) {}

  bool accepts(const JsonNode& current, const JsonNode& root) const override {
    if (comparison_ == JsonComparison::kNotEqual) return !holds(JsonComparison::kEqual, current, root);
    if (comparison_ == JsonComparison::kNotSame) return !holds(JsonComparison::kSame, current, root);
    if (comparison_ == JsonComparison::kNotIn) return !holds(JsonComparison::kIn, current, root);
    return holds(comparison_, current, root);
  }

 private:
  bool holds(JsonComparison comparison, const JsonNode& current, const JsonNode& root) const {
    if (comparison == JsonComparison::kMatches) {
      const bool behind = right_.pattern != nullptr;
      const auto value = (behind ? left_ : right_).in(current, root);
      return value && json_matches(*value, *(behind ? right_ : left_).pattern);
    }
    const auto a = left_.in(current, root);
    if (comparison == JsonComparison::kExists) return a.has_value();
    const auto b = right_.in(current, root);
    return a && b && holds_between(comparison, *a, *b);
  }

  JsonComparison comparison_;
  Operand left_, right_;
};

using FilterPtr = std::shared_ptr<const JsonFilter>;

class NotFilter final : public JsonFilter {
 public:
  explicit NotFilter(FilterPtr inner) : inner_(std::move(inner)) {}
  bool accepts(const JsonNode& current, const JsonNode& root) const override { return !inner_->accepts(current, root); }

 private:
  FilterPtr inner_;
};

class ListFilter final : public JsonFilter {
 public:
  ListFilter(bool all, std::vector<FilterPtr> parts) : all_(all), parts_(std::move(parts)) {}
  bool accepts(const JsonNode& current, const JsonNode& root) const override {
    const auto accept = [&](const FilterPtr& part) { return part->accepts(current, root); };
    return all_ ? std::ranges::all_of(parts_, accept) : std::ranges::any_of(parts_, accept);
  }

 private:
  bool all_;
  std::vector<FilterPtr> parts_;
};

// Every method returns nullptr (nullopt) where the text is no filter.
class FilterReader {
 public:
  explicit FilterReader(std::string_view text) : whole_(text), rest_(text) {}

  FilterPtr read() {
    FilterPtr filter = alternatives(0);
    skip_spaces();
    return rest_.empty() ? filter : nullptr;
  }

 private:
  void skip_spaces() {
    while (!rest_.empty() && is_space(rest_.front())) rest_.remove_prefix(1);
  }
  bool accept(std::string_view sign) {
    skip_spaces();
    if (!rest_.starts_with(sign)) return false;
    rest_.remove_prefix(sign.size());
    return true;
  }

  FilterPtr alternatives(int32_t depth) {
    return list(false, "||", [&] { return list(true, "&&", [&] { return term(depth); }); });
  }
  template <class Part>
  FilterPtr list(bool all, std::string_view sign, Part part) {
    std::vector<FilterPtr> parts;
    do {
      parts.push_back(part());
      if (parts.back() == nullptr) return nullptr;
    } while (accept(sign));
    return parts.size() == 1 ? parts.front() : std::make_shared<ListFilter>(all, std::move(parts));
  }

  FilterPtr term(int32_t depth) {
    if (depth == kFilterDepthMax) return nullptr;
    if (accept("!")) {
      FilterPtr inner = term(depth + 1);
      return inner == nullptr ? nullptr : std::make_shared<NotFilter>(std::move(inner));
    }
    if (!accept("(")) return comparison();
    FilterPtr inner = alternatives(depth + 1);
    return accept(")") ? inner : nullptr;
  }

  FilterPtr comparison() {
    auto left = operand();
    if (!left) return nullptr;
    const auto sign = comparison_sign();
    if (!sign) return nullptr;
    if (*sign == JsonComparison::kExists)
      return left->path ? std::make_shared<ComparisonFilter>(*sign, std::move(*left), Operand()) : nullptr;
    auto right = operand();
    if (!right || (*sign == JsonComparison::kMatches) != (left->pattern != nullptr || right->pattern != nullptr))
      return nullptr;
    return std::make_shared<ComparisonFilter>(*sign, std::move(*left), std::move(*right));
  }

  // Returns kExists where no comparison follows.
  std::optional<JsonComparison> comparison_sign() {
    using enum JsonComparison;
    skip_spaces();
    constexpr std::pair<std::string_view, JsonComparison> kSigns[] = {
        {"===", kSame},          {"!==", kNotSame}, {"==", kEqual}, {"!=", kNotEqual}, {"<=", kLessOrEqual},
        {">=", kGreaterOrEqual}, {"=~", kMatches},  {"<", kLess},   {">", kGreater}};
    for (const auto& [sign, comparison] : kSigns)
      if (accept(sign)) return comparison;
    const auto* const end = std::ranges::find_if(rest_, [](char c) { return (c | 0x20) < 'a' || (c | 0x20) > 'z'; });
    std::string word(rest_.begin(), end);
    if (word.empty()) return kExists;
    for (char& c : word) c = static_cast<char>(c | 0x20);
    constexpr std::pair<std::string_view, JsonComparison> kWords[] = {
        {"in", kIn},       {"nin", kNotIn},   {"contains", kContains}, {"size", kSize},
        {"empty", kEmpty}, {"anyof", kAnyOf}, {"noneof", kNoneOf},     {"subsetof", kSubsetOf}};
    for (const auto& [name, comparison] : kWords) {
      if (name != word) continue;
      rest_.remove_prefix(word.size());
      return comparison;
    }
    if (word == "all" || word == "type")
      throw UserError(fmt::format("The comparison '{}' in the JSON filter '{}' is not supported yet", word, whole_));
    return std::nullopt;
  }

  std::optional<Operand> operand() {
    skip_spaces();
    if (rest_.empty()) return std::nullopt;
    switch (rest_.front()) {
      case '@':
      case '$':
        return path();
      case '/':
        return pattern();
      case '\'':
        return quoted();
      default:
        return json();
    }
  }

  // A path ends at a space, a comparison, '&', '|' or the parenthesis that is not its own.
  std::optional<Operand> path() {
    size_t end = 1;
    while (end < rest_.size() && std::string_view(" \t\n\r<>=~!&|)").find(rest_[end]) == std::string_view::npos) {
      if (rest_[end] != '[' && rest_[end] != '(') {
        ++end;
        continue;
      }
      const size_t close = rest_[end] == '(' ? closing_parenthesis(rest_, end) : closing_place(rest_, end, "[]", "'\"");
      if (close == std::string_view::npos) return std::nullopt;
      end = close + 1;
    }
    Operand operand;
    operand.path = JsonPath::parse_inner(rest_.substr(0, end));
    rest_.remove_prefix(end);
    if (!operand.path) return std::nullopt;
    return operand;
  }

  std::optional<Operand> quoted() {
    Operand operand;
    operand.value.kind = JsonKind::kString;
    size_t end = 1;
    for (; end < rest_.size() && rest_[end] != '\''; ++end) {
      if (rest_[end] == '\\' && end + 1 < rest_.size()) ++end;
      operand.value.text += rest_[end];
    }
    if (end >= rest_.size()) return std::nullopt;
    rest_.remove_prefix(end + 1);
    return operand;
  }

  // /pattern/flags
  std::optional<Operand> pattern() {
    size_t end = 1;
    while (end < rest_.size() && rest_[end] != '/') end += rest_[end] == '\\' ? 2 : 1;
    if (end >= rest_.size()) return std::nullopt;
    const std::string_view text = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    std::string flags;
    for (; !rest_.empty() && std::string_view("ismdux").find(rest_.front()) != std::string_view::npos;
         rest_.remove_prefix(1)) {
      if (rest_.front() == 'x')
        throw UserError(fmt::format("The flag x in the JSON filter '{}' is not supported", whole_));
      if (rest_.front() != 'd' && rest_.front() != 'u') flags += rest_.front();
    }
    RE2::Options options;
    options.set_log_errors(false);
    Operand operand;
    operand.pattern =
        std::make_shared<const RE2>(flags.empty() ? std::string(text) : fmt::format("(?{}){}", flags, text), options);
    if (!operand.pattern->ok())
      throw UserError(fmt::format("The pattern /{}/ in the JSON filter '{}' is not supported: {}", text, whole_,
                                  operand.pattern->error()));
    return operand;
  }

  // A number, a text in double quotes, true, false, null, an array or an object.
  std::optional<Operand> json() {
    JsonScanner scanner(rest_);
    size_t end = 0;
    if (std::string_view("[{\"").find(rest_.front()) != std::string_view::npos) {
      if (!scanner.value()) return std::nullopt;
      end = scanner.offset();
    } else {
      end = std::min(rest_.find_first_of(" \t\n\r<>=~!&|)"), rest_.size());
    }
    auto value = parse_json(rest_.substr(0, end));
    rest_.remove_prefix(end);
    if (!value) return std::nullopt;
    Operand operand;
    operand.value = std::move(*value);
    return operand;
  }

  std::string_view whole_, rest_;
};

}  // namespace

std::shared_ptr<const JsonFilter> parse_json_filter(std::string_view text) { return FilterReader(text).read(); }

size_t closing_parenthesis(std::string_view text, size_t open) { return closing_place(text, open, "()", "'\"/"); }

}  // namespace tidemill
