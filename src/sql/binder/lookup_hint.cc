#include "sql/binder/lookup_hint.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "base/units.h"

namespace tidemill {
namespace {

constexpr std::array<std::string_view, 10> kOptions = {
    "table",   "async",           "output-mode",    "capacity",    "timeout",
    "shuffle", "retry-predicate", "retry-strategy", "fixed-delay", "max-attempts"};
constexpr std::array<std::string_view, 4> kRetryOptions = {"retry-predicate", "retry-strategy", "fixed-delay",
                                                           "max-attempts"};

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

class HintOptions {
 public:
  explicit HintOptions(const ast::Hint& hint) : location_(hint.name.location) {
    for (const ast::HintArgument& argument : hint.arguments) {
      if (!argument.key) fail("LOOKUP takes 'option' = 'value' pairs", "Write LOOKUP('table' = 'dim', …).");
      if (std::ranges::find(kOptions, *argument.key) == kOptions.end()) fail_unknown(*argument.key);
      values_[*argument.key] = argument.value;
    }
  }

  const std::string* find(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? nullptr : &found->second;
  }
  // Each of these requires that the option is there.
  DurationMillis duration_ms(std::string_view name) const {
    const std::optional<DurationMillis> parsed = parse_duration_ms(*find(name));
    if (!parsed || *parsed < 0) fail_value(name, "a duration such as '10 s'");
    return *parsed;
  }
  int64_t positive_integer(std::string_view name) const {
    const std::string& text = *find(name);
    int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 1)
      fail_value(name, "a whole number from 1 on");
    return value;
  }
  bool boolean(std::string_view name) const { return choice(name, {"false", "true"}) == "true"; }
  std::string choice(std::string_view name, std::initializer_list<std::string_view> choices) const {
    const std::string text = lower(*find(name));
    if (std::ranges::find(choices, text) == choices.end())
      fail_value(name, fmt::format("one of {}", fmt::join(choices, ", ")));
    return text;
  }
  [[noreturn]] void fail(std::string message, std::string advice) const {
    throw UserError(location_, std::move(message), std::move(advice));
  }

 private:
  [[noreturn]] void fail_unknown(const std::string& name) const {
    const std::vector<std::string> known(kOptions.begin(), kOptions.end());
    const auto nearest = nearest_name(name, known);
    fail(fmt::format("LOOKUP has no option '{}'", name),
         fmt::format("{}Options: {}.", nearest ? fmt::format("Did you mean '{}'? ", *nearest) : "",
                     fmt::join(known, ", ")));
  }
  [[noreturn]] void fail_value(std::string_view name, const std::string& wanted) const {
    fail(fmt::format("Option '{}' of LOOKUP cannot be '{}'", name, *find(name)), fmt::format("It is {}.", wanted));
  }

  SourceLocation location_;
  std::map<std::string, std::string, std::less<>> values_;
};

std::optional<LookupMatch::Retry> bind_retry(const HintOptions& options) {
  const auto is_there = [&](std::string_view name) { return options.find(name) != nullptr; };
  if (std::ranges::none_of(kRetryOptions, is_there)) return std::nullopt;
  if (!std::ranges::all_of(kRetryOptions, is_there))
    options.fail("LOOKUP has some of the options that ask again, and needs all or none of them",
                 "Write 'retry-predicate' = 'lookup_miss', 'retry-strategy' = 'fixed_delay', 'fixed-delay' = '10 s', "
                 "'max-attempts' = '3'.");
  options.choice("retry-predicate", {"lookup_miss"});
  options.choice("retry-strategy", {"fixed_delay"});
  return LookupMatch::Retry{options.duration_ms("fixed-delay"), options.positive_integer("max-attempts")};
}

}  // namespace

LookupHint bind_lookup_hint(const ast::Hint& hint) {
  const HintOptions options(hint);
  const std::string* const table = options.find("table");
  if (table == nullptr) options.fail("LOOKUP does not say which table it is for", "Write LOOKUP('table' = 'dim', …).");
  LookupHint bound{*table, {}};
  if (options.find("async") != nullptr) options.boolean("async");
  if (options.find("output-mode") != nullptr) options.choice("output-mode", {"ordered", "allow_unordered"});
  if (options.find("capacity") != nullptr) options.positive_integer("capacity");
  if (options.find("timeout") != nullptr) options.duration_ms("timeout");
  if (options.find("shuffle") != nullptr) bound.match.by_key = options.boolean("shuffle");
  bound.match.retry = bind_retry(options);
  return bound;
}

}  // namespace tidemill
