// base/config.h - the settings of a session: SET, --set and files write them, everything else reads them typed. Rule:
// every key the engine knows stands in config_definitions(); a value is checked when it is set, never when it is read.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"

namespace tidemill {

enum class ConfigType : uint8_t { kString, kBoolean, kInteger, kDuration, kSize, kChoice };

struct ConfigDefinition {
  std::string_view key;
  ConfigType type;
  std::string_view default_text;  // empty: none
  std::string_view doc;
  std::string_view choices = {};  // kChoice: separated by '|', matched without regard to case
  std::string_view aliases = {};  // older names, separated by '|'
  std::string_view note = {};     // not empty: accepted without effect, and why
  int64_t minimum = -1;           // kInteger
};

// Returns all known settings, by key.
std::span<const ConfigDefinition> config_definitions();

// A key with the C++ type of its value: std::string, bool or int64_t (an integer, milliseconds or bytes).
template <class T>
struct ConfigOption {
  std::string_view key;
};

class Config {
 public:
  // Sets a value. Returns a note for the user where the key has no effect here, or is not the engine's. Throws
  // UserError for a value that does not fit, and for an unknown key under a prefix the engine knows (with the nearest).
  std::optional<std::string> set(std::string_view key, std::string_view value);
  // Takes a value back to its default. Throws UserError as set() does.
  void reset(std::string_view key);
  void reset_all() { values_.clear(); }

  // Return the value set, or the default. Requires: the option is defined with this type (a unit test holds every
  // option of config_options.h to its definition).
  std::string get(const ConfigOption<std::string>& option) const;  // kChoice: as defined, in upper case
  bool get(const ConfigOption<bool>& option) const;
  int64_t get(const ConfigOption<int64_t>& option) const;
  // Returns nullopt where nothing was set and there is no default.
  std::optional<int64_t> find(const ConfigOption<int64_t>& option) const;
  std::optional<std::string> find(const ConfigOption<std::string>& option) const;
  bool is_set(std::string_view key) const;

  // Returns what was set, by key, as text.
  const std::map<std::string, std::string, std::less<>>& values() const { return values_; }

 private:
  std::string_view text(std::string_view key) const;

  std::map<std::string, std::string, std::less<>> values_;  // by canonical key, values as given
};

}  // namespace tidemill
