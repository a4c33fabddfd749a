// testing/test_lookup.h - a table of a test case as the right side of a lookup join. Rule: it holds the rows that have
// arrived, whatever of them a job has read.
#pragma once
#include <memory>
#include <vector>

#include "connectors/spi/lookup.h"

namespace tidemill {

// `source` reads the table; `keys` are its columns.
std::shared_ptr<const LookupSource> make_test_lookup_source(std::shared_ptr<const Source> source,
                                                            std::vector<int32_t> keys, LookupCache cache);

}  // namespace tidemill
