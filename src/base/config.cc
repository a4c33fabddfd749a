// Checking and reading settings.
#include "base/config.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <set>

#include "base/check.h"
#include "base/error.h"
#include "base/flink_settings.h"
#include "base/units.h"

namespace tidemill {
namespace {

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return result;
}

// Calls visit(item) for each part of "a|b|c" until it returns true; returns whether it did.
template <class Visit>
bool any_part(std::string_view list, Visit&& visit) {
  while (!list.empty()) {
    const size_t bar = list.find('|');
    if (visit(list.substr(0, bar))) return true;
    list = bar == std::string_view::npos ? std::string_view() : list.substr(bar + 1);
  }
  return false;
}

const ConfigDefinition* find_definition(std::string_view key) {
  const auto definitions = config_definitions();
  const auto found = std::ranges::lower_bound(definitions, key, {}, &ConfigDefinition::key);
  if (found != definitions.end() && found->key == key) return &*found;
  for (const ConfigDefinition& definition : definitions) {
    if (any_part(definition.aliases, [&](std::string_view alias) { return alias == key; })) return &definition;
  }
  return nullptr;
}

const ConfigDefinition& definition_of(std::string_view key, ConfigType type) {
  const ConfigDefinition* definition = find_definition(key);
  CHECK_MSG(definition != nullptr && definition->key == key, "undefined setting {}", key);
  const bool choice_as_string = type == ConfigType::kString && definition->type == ConfigType::kChoice;
  const bool amount_as_integer = type == ConfigType::kInteger &&
                                 (definition->type == ConfigType::kDuration || definition->type == ConfigType::kSize);
  CHECK_MSG(definition->type == type || choice_as_string || amount_as_integer, "setting {} read as another type", key);
  return *definition;
}

// Throws UserError for a key that looks like one of the engine's and is none of Flink's; returns for any other.
void refuse_near_miss(std::string_view key) {
  if (is_flink_setting(key)) return;
  const std::string_view prefix = key.substr(0, key.find('.'));
  std::vector<std::string> candidates;
  bool known_prefix = false;
  for (const ConfigDefinition& definition : config_definitions()) {
    candidates.emplace_back(definition.key);
    if (definition.key.substr(0, definition.key.find('.')) == prefix) known_prefix = true;
  }
  const std::optional<std::string> nearest = nearest_name(key, candidates);
  if (!known_prefix && (!nearest || nearest->size() < key.size() / 2)) return;
  throw UserError(fmt::format("Unknown setting: {}", key),
                  nearest ? fmt::format("Did you mean '{}'?", *nearest) : "SET without a key lists all settings.");
}

std::optional<int64_t> parse_integer(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<bool> parse_boolean(std::string_view text) {
  const std::string word = upper(text);
  if (word == "TRUE") return true;
  if (word == "FALSE") return false;
  return std::nullopt;
}

std::optional<int64_t> parse_amount(const ConfigDefinition& definition, std::string_view text) {
  if (definition.type == ConfigType::kDuration) return parse_duration_ms(text);
  if (definition.type == ConfigType::kSize) return parse_size_bytes(text);
  return parse_integer(text);
}

std::string choices_text(std::string_view choices) {
  std::string result;
  any_part(choices, [&](std::string_view choice) {
    result += result.empty() ? "" : ", ";
    result += choice;
    return false;
  });
  return result;
}

// Throws UserError where `value` does not fit.
void check_value(const ConfigDefinition& definition, std::string_view value) {
  const auto refuse = [&](std::string hint) {
    throw UserError(fmt::format("Setting {} cannot be '{}'", definition.key, value), std::move(hint));
  };
  switch (definition.type) {
    case ConfigType::kString:
      return;
    case ConfigType::kBoolean:
      if (!parse_boolean(value)) refuse("Use true or false.");
      return;
    case ConfigType::kInteger: {
      const std::optional<int64_t> number = parse_integer(value);
      if (!number || *number < definition.minimum) {
        refuse(fmt::format("Use a whole number of at least {}.", definition.minimum));
      }
      return;
    }
    case ConfigType::kDuration:
      if (!parse_duration_ms(value)) refuse("Use a duration such as 500 ms, 10 s, 3 min, 1 h or 2 d.");
      return;
    case ConfigType::kSize:
      if (!parse_size_bytes(value)) refuse("Use a size such as 512 kb, 64 mb or 1 gb.");
      return;
    case ConfigType::kChoice: {
      const std::string word = upper(value);
      if (!any_part(definition.choices, [&](std::string_view choice) { return choice == word; })) {
        refuse(fmt::format("Use one of {}.", choices_text(definition.choices)));
      }
      return;
    }
  }
}

}  // namespace

std::optional<std::string> Config::set(std::string_view key, std::string_view value) {
  const ConfigDefinition* definition = find_definition(key);
  if (definition == nullptr) {
    refuse_near_miss(key);
    values_.insert_or_assign(std::string(key), std::string(value));
    return fmt::format("{} is not a setting of this engine; it is kept and changes nothing.", key);
  }
  check_value(*definition, value);
  values_.insert_or_assign(std::string(definition->key), std::string(value));
  if (definition->note.empty()) return std::nullopt;
  return fmt::format("{}: {}", definition->key, definition->note);
}

void Config::reset(std::string_view key) {
  const ConfigDefinition* definition = find_definition(key);
  if (definition == nullptr) refuse_near_miss(key);
  const auto found = values_.find(definition == nullptr ? key : definition->key);
  if (found != values_.end()) values_.erase(found);
}

bool Config::is_set(std::string_view key) const { return values_.find(key) != values_.end(); }

std::string_view Config::text(std::string_view key) const {
  const auto found = values_.find(key);
  return found != values_.end() ? std::string_view(found->second) : find_definition(key)->default_text;
}

std::string Config::get(const ConfigOption<std::string>& option) const {
  const ConfigDefinition& definition = definition_of(option.key, ConfigType::kString);
  const std::string_view value = text(option.key);
  return definition.type == ConfigType::kChoice ? upper(value) : std::string(value);
}

bool Config::get(const ConfigOption<bool>& option) const {
  definition_of(option.key, ConfigType::kBoolean);
  return parse_boolean(text(option.key)).value();
}

int64_t Config::get(const ConfigOption<int64_t>& option) const {
  const std::optional<int64_t> value = find(option);
  CHECK_MSG(value.has_value(), "setting {} has no default", option.key);
  return *value;
}

std::optional<int64_t> Config::find(const ConfigOption<int64_t>& option) const {
  const ConfigDefinition& definition = definition_of(option.key, ConfigType::kInteger);
  const std::string_view value = text(option.key);
  if (value.empty()) return std::nullopt;
  return parse_amount(definition, value);
}

std::optional<std::string> Config::find(const ConfigOption<std::string>& option) const {
  std::string value = get(option);
  if (value.empty()) return std::nullopt;
  return value;
}

}  // namespace tidemill
