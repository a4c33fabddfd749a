// connectors/spi/option_pattern.h - options that are regular expressions. Rule: a malformed one is told when the table
// is made, by the name that the user wrote.
#pragma once
#include <memory>
#include <string_view>

#include "connectors/spi/options.h"

namespace re2 {
class RE2;
}

namespace tidemill {

// Returns the regular expression (RE2's) that an option is; null where it is not set. Throws UserError where it is
// none.
std::shared_ptr<const re2::RE2> option_pattern(const Options& options, std::string_view name);

}  // namespace tidemill
