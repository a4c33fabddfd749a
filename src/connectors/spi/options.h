// connectors/spi/options.h - options of WITH (…), typed and declared. Rule: an option that nobody declared is an error,
// and what is a secret, a path or a duration is known from its type alone.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "base/units.h"

namespace tidemill {

// 'key' = 'value' as written.
using OptionMap = std::map<std::string, std::string>;

enum class OptionType : uint8_t {
  kString,
  kSecret,    // a string that is never shown
  kPath,      // a path, glob or directory of the file system
  kUrl,       // scheme://host…
  kDuration,  // 10 s, 3min, 500ms; a bare number is milliseconds
  kSize,      // 64mb, 1 gb (powers of 1,024); a bare number is bytes
  kBool,      // true, false
  kInt,
  kDouble,
  kEnum,  // one of OptionSpec::choices, in any case
  kChar,  // one ASCII character, or an escape: \t \n \r \\ \u0001
};

struct OptionSpec {
  std::string name = {};  // "path"; in "fields.#.kind" the # stands for any name
  OptionType type = OptionType::kString;
  std::string doc = {};           // one sentence, for errors and the reference page
  std::string default_text = {};  // as a user would write it; empty: none
  bool required = false;
  std::vector<std::string> choices = {};  // kEnum
};

// Checked values. Immutable; a getter's type must be that of the declaration.
class Options {
 public:
  Options() = default;
  // Checks `written` against the declared options and parses every value. `owner` is how errors call what declares
  // them: "connector 'filesystem'". Throws UserError: unknown option (with the nearest name and the list), a required
  // one missing, a value of the wrong form.
  static Options parse(const OptionMap& written, std::span<const OptionSpec> specs, std::string_view owner);

  // Returns whether the option was written, or has a default.
  bool has(std::string_view name) const { return find(name) != nullptr; }
  bool is_written(std::string_view name) const;

  // Value of a string, secret, path, URL or enum (spelt as in its choices). Requires: has(name).
  const std::string& text(std::string_view name) const;
  std::optional<std::string> find_text(std::string_view name) const;
  DurationMillis duration_ms(std::string_view name) const;  // requires: has(name), as do the next five
  int64_t bytes(std::string_view name) const;
  int64_t integer(std::string_view name) const;
  double number(std::string_view name) const;
  bool boolean(std::string_view name) const;
  char character(std::string_view name) const;

  // Returns what was written under `prefix`, which is left out of the names.
  OptionMap written_under(std::string_view prefix) const;
  // Returns the options whose names start with `prefix`, without it (a format's own view of 'json.…').
  Options under(std::string_view prefix) const;
  // Returns the name as the user writes it: under("json.").full_name("x") is "json.x".
  std::string full_name(std::string_view name) const { return prefix_ + std::string(name); }

 private:
  struct Value {
    OptionType type = OptionType::kString;
    bool written = false;
    std::string text;
    int64_t integer = 0;  // also durations (ms), sizes (bytes), booleans, characters
    double number = 0;
  };
  static Value parse_value(const OptionSpec& spec, const std::string& name, const std::string& text, bool written);
  const Value* find(std::string_view name) const;
  const Value& get(std::string_view name, OptionType type) const;

  std::string prefix_;
  std::map<std::string, Value, std::less<>> values_;
};

// Returns the character that an option of type kChar names; nullopt where it is not one ASCII character.
std::optional<char> parse_option_character(std::string_view text);

// Returns the declaration that `name` matches (directly, or by a '#'), or nullptr.
const OptionSpec* find_option_spec(std::span<const OptionSpec> specs, std::string_view name);

// Returns `written` fit to be shown: values of secrets, and of undeclared options whose name sounds like one
// (password, token …) or that are declared by a '#', become "******".
OptionMap redact(const OptionMap& written, std::span<const OptionSpec> specs);

}  // namespace tidemill
