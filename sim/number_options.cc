#include "sim/number_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "base/check.h"

namespace tidemill::sim {
namespace {

std::optional<uint64_t> parse_number(std::string_view text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

std::optional<std::pair<uint64_t, uint64_t>> parse_range(std::string_view text) {
  const size_t dots = text.find("..");
  const std::optional<uint64_t> first = parse_number(text.substr(0, dots));
  const std::optional<uint64_t> last = dots == std::string_view::npos ? first : parse_number(text.substr(dots + 2));
  if (!first || !last || *first == 0 || *first > *last) return std::nullopt;
  return std::pair(*first, *last);
}

bool NumberOptions::parse(int argc, char** argv) {
  for (int i = 1; i < argc; i += 2) {
    const auto option = std::find_if(options_.begin(), options_.end(),
                                     [name = std::string_view(argv[i])](const Option& o) { return o.name == name; });
    const auto range = i + 1 < argc ? parse_range(argv[i + 1]) : std::nullopt;
    if (option == options_.end() || !range) {
      fmt::print(stderr, "usage: {}", argv[0]);
      for (const Option& known : options_) fmt::print(stderr, " [{} N|FIRST..LAST]", known.name);
      fmt::print(stderr, "\n");
      return false;
    }
    option->first = range->first;
    option->last = range->second;
  }
  return true;
}

const NumberOptions::Option& NumberOptions::find(std::string_view name) const {
  const auto option =
      std::find_if(options_.begin(), options_.end(), [name](const Option& o) { return o.name == name; });
  CHECK(option != options_.end());
  return *option;
}

}  // namespace tidemill::sim
