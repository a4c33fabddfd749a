#include "functions/json_path.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "data/json_scanner.h"
#include "functions/json_filter.h"
#include "functions/json_path_call.h"

namespace tidemill {
namespace {

constexpr int32_t kParenthesesMax = 100;  // filters and calls may stand inside each other

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

// What is no path ends its reading.
struct Malformed {
  std::string why;
};

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
        steps_.push_back({StepKind::kAnywhere});
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
    throw Malformed{fmt::format("'{}' is not a JSON path: {}", whole_, why)};
  }

  void take_key() {
    const size_t end = std::min(rest_.find_first_of(".[("), rest_.size());
    const std::string_view key = trimmed(rest_.substr(0, end));
    if (key.empty()) fail("a name is missing");
    if (std::ranges::any_of(key, is_space)) fail("a name with spaces stands in brackets and quotes");
    if (end < rest_.size() && rest_[end] == '(') return take_call(key, end);
    rest_.remove_prefix(end);
    if (key == "*") {
      steps_.push_back({StepKind::kWildcard});
    } else {
      steps_.push_back({StepKind::kKeys, {std::string(key)}});
    }
  }

  // name(argument, …), which ends the path. Behind `..` it takes all that the path so far leads to, as an argument.
  void take_call(std::string_view name, size_t open) {
    const auto function = json_path_function(name);
    if (!function) fail(fmt::format("there is no function {}()", name));
    const size_t close = closing_parenthesis(rest_, open);
    if (close == std::string_view::npos) fail("a parenthesis is not closed");
    if (!trimmed(rest_.substr(close + 1)).empty()) fail(fmt::format("{}() must stand at its end", name));
    JsonPathCall call{*function, arguments(rest_.substr(open + 1, close - open - 1))};
    rest_ = {};
    const bool anywhere =
        std::ranges::any_of(steps_, [](const Step& step) { return step.kind == StepKind::kAnywhere; });
    if (*function == JsonPathFunction::kLength && (anywhere || !call.arguments.empty())) {
      throw UserError(fmt::format("{}() of several values in the JSON path '{}' is not supported yet", name, whole_),
                      "CARDINALITY of what JSON_QUERY gives counts them.");
    }
    if (anywhere) {
      JsonPath all;
      all.steps_ = std::move(steps_);
      call.arguments.insert(call.arguments.begin(), {JsonNode(), std::move(all)});
      steps_.clear();
    }
    Step step{StepKind::kCall};
    step.call = std::make_shared<const JsonPathCall>(std::move(call));
    steps_.push_back(std::move(step));
  }

  std::vector<JsonPathArgument> arguments(std::string_view text) const {
    std::vector<JsonPathArgument> arguments;
    for (text = trimmed(text); !text.empty();) {
      JsonPathArgument& argument = arguments.emplace_back();
      size_t end = 0;
      if (text.front() == '$' || text.front() == '@') {
        end = std::min(text.find(','), text.size());
        argument.path = parse_inner(trimmed(text.substr(0, end)));
      } else {
        JsonScanner scanner(text);
        const auto value = scanner.value() ? parse_json(text.substr(0, scanner.offset())) : std::nullopt;
        if (value) argument.value = *value;
        if (!value) fail("an argument is neither a path nor JSON");
        end = scanner.offset();
      }
      if (text.front() == '$' && !argument.path) fail("an argument is no path");
      text = trimmed(text.substr(end));
      if (text.empty()) return arguments;
      if (text.front() != ',') fail("',' is missing between arguments");
      text = trimmed(text.substr(1));
      if (text.empty()) fail("an argument is missing");
    }
    return arguments;
  }

  void take_filter() {
    accept('?');
    skip_spaces();
    const size_t close = rest_.starts_with('(') ? closing_parenthesis(rest_, 0) : std::string_view::npos;
    if (close == std::string_view::npos) fail("a filter stands in parentheses: [?(…)]");
    Step step{StepKind::kFilter};
    step.filter = parse_json_filter(rest_.substr(1, close - 1));
    if (step.filter == nullptr) fail(fmt::format("'{}' is no filter", rest_.substr(1, close - 1)));
    steps_.push_back(std::move(step));
    rest_.remove_prefix(close + 1);
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
    if (rest_.front() == '?') {
      take_filter();
    } else if (rest_.front() == '*') {
      rest_.remove_prefix(1);
      steps_.push_back({StepKind::kWildcard});
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

JsonPath JsonPath::parse(std::string_view text) {
  JsonPath path;
  std::string_view rest = trimmed(text);
  if (take_word(rest, "lax")) {
    path.mode_ = JsonPathMode::kLax;
  } else {
    take_word(rest, "strict");
  }
  try {
    if (std::ranges::count(rest, '(') > kParenthesesMax) throw Malformed{"A JSON path has too many parentheses"};
    path.steps_ = Reader(rest).read();
  } catch (const Malformed& error) {
    path.malformed_ = error.why;
  }
  return path;
}

std::optional<JsonPath> JsonPath::parse_inner(std::string_view text) {
  JsonPath path;
  path.from_root_ = !text.starts_with('@');
  try {
    path.steps_ = Reader(text).read();
  } catch (const Malformed&) {
    return std::nullopt;
  }
  return path;
}

}  // namespace tidemill
