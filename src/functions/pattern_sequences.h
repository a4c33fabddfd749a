// functions/pattern_sequences.h - reads a regular expression as alternatives of steps. Rule: what it does not know for
// certain it does not read.
#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "functions/one_pass_pattern.h"

namespace tidemill {

// Returns the alternatives of `pattern` in their order, each of which can match at a place in one way only; nullopt
// where they are not so (OnePassPattern says which are). Requires: RE2 compiles the pattern.
std::optional<std::vector<PatternSequence>> parse_pattern_sequences(std::string_view pattern);

}  // namespace tidemill
