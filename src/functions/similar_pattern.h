// functions/similar_pattern.h - patterns of SIMILAR TO as regular expressions. Rule: % and _ as in LIKE; | * + ? { } (
// ) [ ] keep their meaning; everything else means itself.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace tidemill {

// Returns the regular expression (RE2) that matches a whole text exactly where the pattern does; nullopt, with `reason`
// set, where the pattern is malformed. `escape`: empty for none.
std::optional<std::string> similar_to_regular_expression(std::string_view pattern, std::string_view escape,
                                                         std::string& reason);

}  // namespace tidemill
