// connectors/spi/lookup_options.h - the options lookup.… that tables of a lookup join share. Rule: names, values and
// defaults are Flink's.
#pragma once
#include <string>
#include <vector>

#include "connectors/spi/lookup.h"
#include "connectors/spi/options.h"

namespace tidemill {

// Returns the options, 'lookup.cache' having this default. `can_read_whole`: FULL is a choice, with its options.
std::vector<OptionSpec> lookup_options(const std::string& default_cache, bool can_read_whole);

// Throws UserError where they do not go together. Requires: options that lookup_options() declared.
LookupCache lookup_cache(const Options& options);

}  // namespace tidemill
