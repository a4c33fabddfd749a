#include "connectors/spi/options.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "base/check.h"
#include "base/error.h"

namespace tidemill {
namespace {

constexpr std::string_view kRedacted = "******";

// Flink's list (GlobalConfiguration.SENSITIVE_KEYS), for options that nobody declared.
constexpr std::array<std::string_view, 10> kSecretWords = {"password", "secret",      "token",       "apikey",
                                                           "api-key",  "auth-params", "service-key", "basic-auth",
                                                           "jaas",     "credential"};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

bool sounds_secret(std::string_view name) {
  const std::string text = lower(name);
  return std::any_of(kSecretWords.begin(), kSecretWords.end(),
                     [&](std::string_view word) { return text.find(word) != std::string::npos; });
}

// Returns whether `name` is `pattern`, whose '#' (at most one) stands for at least one character.
bool matches(std::string_view pattern, std::string_view name) {
  const size_t hole = pattern.find('#');
  if (hole == std::string_view::npos) return pattern == name;
  const std::string_view before = pattern.substr(0, hole), after = pattern.substr(hole + 1);
  return name.size() > before.size() + after.size() && name.starts_with(before) && name.ends_with(after);
}

std::string join(const std::vector<std::string>& names) { return fmt::format("{}", fmt::join(names, ", ")); }

[[noreturn]] void throw_unknown(const std::string& name, std::span<const OptionSpec> specs, std::string_view owner) {
  std::vector<std::string> names;
  for (const OptionSpec& spec : specs) names.push_back(spec.name);
  std::sort(names.begin(), names.end());
  const std::optional<std::string> nearest = nearest_name(name, names);
  throw UserError(fmt::format("Unknown option '{}' of {}", name, owner),
                  (nearest ? fmt::format("Did you mean '{}'? ", *nearest) : "") + "Options: " + join(names) + ".");
}

std::string wanted_form(const OptionSpec& spec) {
  switch (spec.type) {
    case OptionType::kString:
    case OptionType::kSecret:
      return "a text";
    case OptionType::kPath:
      return "a path that is not empty";
    case OptionType::kUrl:
      return "a URL such as 'https://host/path'";
    case OptionType::kDuration:
      return "a duration such as '10 s', '3min' or '500ms'";
    case OptionType::kSize:
      return "a size such as '64mb' or '1 gb'";
    case OptionType::kBool:
      return "'true' or 'false'";
    case OptionType::kInt:
      return "a whole number";
    case OptionType::kDouble:
      return "a number";
    case OptionType::kEnum:
      return "one of " + join(spec.choices);
    case OptionType::kChar:
      return "one ASCII character (or an escape: '\\t', '\\u0001')";
  }
  CHECK_MSG(false, "option type {}", static_cast<int>(spec.type));
}

template <class T>
bool parse_all(const std::string& text, T& value) {
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  return result.ec == std::errc() && result.ptr == end;
}

// Stores what the text means; returns false where it has another form.
template <class Value>
bool read_value(const OptionSpec& spec, Value& value) {
  const std::string folded = lower(value.text);
  switch (spec.type) {
    case OptionType::kString:
    case OptionType::kSecret:
      return true;
    case OptionType::kPath:
      return !value.text.empty() && value.text.find('\0') == std::string::npos;
    case OptionType::kUrl: {
      const size_t scheme = value.text.find("://");
      return scheme != std::string::npos && scheme > 0 && scheme + 3 < value.text.size();
    }
    case OptionType::kDuration: {
      const auto parsed = parse_duration_ms(value.text);
      value.integer = parsed.value_or(0);
      return parsed.has_value();
    }
    case OptionType::kSize: {
      const auto parsed = parse_size_bytes(value.text);
      value.integer = parsed.value_or(0);
      return parsed.has_value();
    }
    case OptionType::kBool:
      value.integer = folded == "true";
      return folded == "true" || folded == "false";
    case OptionType::kInt:
      return parse_all(value.text, value.integer);
    case OptionType::kDouble:
      return parse_all(value.text, value.number);
    case OptionType::kEnum: {
      const auto found = std::find_if(spec.choices.begin(), spec.choices.end(),
                                      [&](const std::string& choice) { return lower(choice) == folded; });
      if (found == spec.choices.end()) return false;
      value.text = *found;
      return true;
    }
    case OptionType::kChar: {
      const auto parsed = parse_option_character(value.text);
      value.integer = parsed.value_or('\0');
      return parsed.has_value();
    }
  }
  return false;
}

}  // namespace

const OptionSpec* find_option_spec(std::span<const OptionSpec> specs, std::string_view name) {
  for (const OptionSpec& spec : specs)
    if (matches(spec.name, name)) return &spec;
  return nullptr;
}

Options::Value Options::parse_value(const OptionSpec& spec, const std::string& name, const std::string& text,
                                    bool written) {
  Value value;
  value.type = spec.type;
  value.written = written;
  value.text = text;
  if (!read_value(spec, value)) {
    const std::string shown = spec.type == OptionType::kSecret ? std::string(kRedacted) : text;
    throw UserError(fmt::format("Option '{}' must be {}, not '{}'", name, wanted_form(spec), shown), spec.doc);
  }
  return value;
}

Options Options::parse(const OptionMap& written, std::span<const OptionSpec> specs, std::string_view owner) {
  Options options;
  for (const auto& [name, text] : written) {
    const OptionSpec* spec = find_option_spec(specs, name);
    if (spec == nullptr) throw_unknown(name, specs, owner);
    options.values_.emplace(name, parse_value(*spec, name, text, true));
  }
  for (const OptionSpec& spec : specs) {
    if (options.values_.contains(spec.name)) continue;
    if (spec.required)
      throw UserError(fmt::format("Option '{}' is required by {}", spec.name, owner),
                      fmt::format("Add '{}' = '…' to WITH (…). {}", spec.name, spec.doc));
    if (!spec.default_text.empty() && spec.name.find('#') == std::string::npos)
      options.values_.emplace(spec.name, parse_value(spec, spec.name, spec.default_text, false));
  }
  return options;
}

const Options::Value* Options::find(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? nullptr : &found->second;
}

bool Options::is_written(std::string_view name) const {
  const Value* value = find(name);
  return value != nullptr && value->written;
}

const Options::Value& Options::get(std::string_view name, OptionType type) const {
  const Value* value = find(name);
  CHECK_MSG(value != nullptr, "option {} has neither value nor default", name);
  CHECK_MSG(value->type == type, "option {} is of another type", name);
  return *value;
}

const std::string& Options::text(std::string_view name) const {
  const Value* value = find(name);
  CHECK_MSG(value != nullptr, "option {} has neither value nor default", name);
  return value->text;
}

std::optional<std::string> Options::find_text(std::string_view name) const {
  const Value* value = find(name);
  if (value == nullptr) return std::nullopt;
  return value->text;
}

DurationMillis Options::duration_ms(std::string_view name) const { return get(name, OptionType::kDuration).integer; }
int64_t Options::bytes(std::string_view name) const { return get(name, OptionType::kSize).integer; }
int64_t Options::integer(std::string_view name) const { return get(name, OptionType::kInt).integer; }
double Options::number(std::string_view name) const { return get(name, OptionType::kDouble).number; }
bool Options::boolean(std::string_view name) const { return get(name, OptionType::kBool).integer != 0; }
char Options::character(std::string_view name) const { return static_cast<char>(get(name, OptionType::kChar).integer); }

OptionMap Options::written_under(std::string_view prefix) const {
  OptionMap written;
  for (const auto& [name, value] : values_)
    if (value.written && name.starts_with(prefix)) written.emplace(name.substr(prefix.size()), value.text);
  return written;
}

Options Options::under(std::string_view prefix) const {
  Options part;
  part.prefix_ = prefix_ + std::string(prefix);
  for (const auto& [name, value] : values_)
    if (name.starts_with(prefix)) part.values_.emplace(name.substr(prefix.size()), value);
  return part;
}

OptionMap redact(const OptionMap& written, std::span<const OptionSpec> specs) {
  OptionMap shown = written;
  for (auto& [name, text] : shown) {
    const OptionSpec* spec = find_option_spec(specs, name);
    const bool named = spec != nullptr && spec->name.find('#') == std::string::npos;
    if (named ? spec->type == OptionType::kSecret : sounds_secret(name)) text = kRedacted;
  }
  return shown;
}

}  // namespace tidemill
