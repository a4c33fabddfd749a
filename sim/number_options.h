// sim/number_options.h - options of the simulation programs that are a number, or a range of them. Rule: what is not
// understood is refused with the usage.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace tidemill::sim {

// Reads "7" as 7..7, and "1..9", from 1 upwards. Returns nullopt for anything else.
std::optional<std::pair<uint64_t, uint64_t>> parse_range(std::string_view text);

class NumberOptions {
 public:
  struct Option {
    std::string_view name;  // with its dashes
    uint64_t first;         // defaults
    uint64_t last;
  };
  NumberOptions(std::initializer_list<Option> options) : options_(options) {}

  // Returns whether the command line was understood; prints the usage where not.
  bool parse(int argc, char** argv);
  // Requires: an option of that name.
  uint64_t first(std::string_view name) const { return find(name).first; }
  uint64_t last(std::string_view name) const { return find(name).last; }

 private:
  const Option& find(std::string_view name) const;
  std::vector<Option> options_;
};

}  // namespace tidemill::sim
